import { cpSync, existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';

import { BREAK_MODES, type BreakMode, type Index, makeIndex } from './wheels.ts';
import { git } from './world/git.ts';

/** Ways in which the upgrade of the demonstration is stopped: a torch that is broken somewhere, or a node pack that takes one torch only. */
export type DemoBreak = BreakMode | 'conflict';

const DEMO_BREAKS: readonly DemoBreak[] = [...BREAK_MODES, 'conflict'];

/** Returns the way that a word from a command line names; throws on an unknown one. */
export function requireDemoBreak(word: string | undefined): DemoBreak | undefined {
  if (word === undefined) return undefined;
  const found = DEMO_BREAKS.find((one) => one === word);
  if (!found) throw new Error(`--break takes ${DEMO_BREAKS.join(', ')}; got "${word}"`);
  return found;
}

export interface DemoWorldOptions {
  /** A new or empty folder. */
  readonly folder: string;
  readonly breakMode?: DemoBreak | undefined;
}

/** Absolute paths of what was made, and the commits the clones are at. */
export interface DemoWorld {
  readonly folder: string;
  readonly comfyui: { readonly path: string; readonly head: string };
  readonly pack: { readonly path: string; readonly head: string };
  readonly index: Index;
  /** An API graph whose picture is not flat. */
  readonly smokeWorkflow: string;
}

const MODEL_FOLDERS = [
  'checkpoints',
  'clip',
  'clip_vision',
  'controlnet',
  'diffusion_models',
  'embeddings',
  'loras',
  'text_encoders',
  'unet',
  'upscale_models',
  'vae',
];

/**
 * Makes what a person has before they meet orchestrate: a clone of (simulated)
 * ComfyUI with one node pack and empty model folders, and a package index.
 *
 * Writes only below `folder`: `upstream/` holds the bare repositories that the
 * clones call origin. Throws when the folder has something in it.
 */
export function makeDemoWorld({ folder: wanted, breakMode }: DemoWorldOptions): DemoWorld {
  const folder = resolve(wanted);
  if (existsSync(folder) && readdirSync(folder).length > 0) {
    throw new Error(`${folder} is not empty; the demonstration wants a new folder`);
  }
  mkdirSync(folder, { recursive: true });
  const comfyui = cloneOf(folder, 'ComfyUI', join(import.meta.dirname, 'comfyui'), join(folder, 'ComfyUI'));
  const packOf = (name: string): { path: string; head: string } =>
    cloneOf(folder, name, join(import.meta.dirname, 'packs', name), join(comfyui.path, 'custom_nodes', name));
  const pack = packOf('demo-pack');
  if (breakMode === 'conflict') packOf('frozen-pack');
  for (const name of [...MODEL_FOLDERS.map((kind) => join('models', kind)), 'input', 'output', 'user']) {
    mkdirSync(join(comfyui.path, name), { recursive: true });
  }
  return {
    folder,
    comfyui,
    pack,
    index: makeIndex({ into: join(folder, 'index'), breakMode: breakMode === 'conflict' ? undefined : breakMode }),
    smokeWorkflow: join(comfyui.path, 'smoke', 'padded-card.json'),
  };
}

/** Commits the files of `source` into a bare repository and clones it to `path`. */
function cloneOf(folder: string, name: string, source: string, path: string): { path: string; head: string } {
  const work = join(folder, 'upstream', name);
  const bare = `${work}.git`;
  cpSync(source, work, { recursive: true, filter: (from) => !from.includes('__pycache__') });
  git(work, 'init', '--quiet', `--separate-git-dir=${bare}`);
  git(work, 'add', '--all');
  git(work, 'commit', '--quiet', '--message', `${name}: the demonstration's version`);
  git(bare, 'config', 'core.bare', 'true');
  rmSync(work, { recursive: true });
  mkdirSync(resolve(path, '..'), { recursive: true });
  git(folder, 'clone', '--quiet', '--no-hardlinks', bare, path);
  return { path, head: git(path, 'rev-parse', 'HEAD') };
}
