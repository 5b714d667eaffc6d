import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { makeDemoWorld } from '../../demo/make.ts';
import { stopOwnProcesses } from '../../demo/run/processes.ts';
import { makeWheel } from '../../demo/wheel/make-wheel.ts';
import { writeIndex } from '../../demo/wheel/simple-index.ts';
import { stock } from '../../demo/wheel/stock.ts';
import { makeIndex } from '../../demo/wheels.ts';
import { naiveGit } from './controls.ts';
import { orchestrate, textAt } from './program.ts';

/** An installation of the demonstration, with a home that has been through one upgrade and its undo. All paths are absolute. */
export interface World {
  readonly folder: string;
  readonly home: string;
  readonly gitDir: string;
  /** The slot of env-setup: a work tree that agents and packages can write to. */
  readonly slot: string;
  /** The slot's administration below home's `.git`. */
  readonly admin: string;
  readonly index: string;
  /** The trusted store of the program. */
  readonly store: string;
  /** Every planted program adds a line here. */
  readonly marker: string;
  /** A folder outside of home that is nobody's business. */
  readonly victim: string;
}

export interface TemplateWorld extends World {
  /** Puts home, state, index and victim back as they were made. Whatever runs is stopped first. */
  reset(): Promise<void>;
  /** Stops what runs and removes everything. */
  end(): Promise<void>;
}

export const OLD_TORCH = '2.10.0';
/** What the world's index has; a hostile wheel is newer. */
export const NEW_TORCH = '2.11.0';
export const HOSTILE_TORCH = '2.12.0';

/** Makes the world once: about ten seconds. `reset` is a copy. */
export async function makeWorld(): Promise<TemplateWorld> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'orchestrate-attack-')));
  try {
    return await makeWorldIn(folder);
  } catch (error) {
    await stopOwnProcesses(folder);
    removeTree(folder);
    throw error;
  }
}

async function makeWorldIn(folder: string): Promise<TemplateWorld> {
  const home = join(folder, 'home');
  const demo = makeDemoWorld({ folder: join(folder, 'demo') });
  mkdirSync(join(folder, 'run'), { mode: 0o700 });
  const port = firstPort();
  const place = { folder, home };
  const must = async (...args: readonly string[]): Promise<unknown> => {
    const { exitCode, json, stdout, stderr } = await orchestrate(place, args);
    if (exitCode !== 0) throw new Error(`orchestrate ${args.join(' ')} ended with ${exitCode}: ${stderr}${stdout}`);
    return json;
  };
  const made = await must(
    'init',
    home,
    '--comfyui',
    demo.comfyui.path,
    '--index',
    demo.index.folder,
    '--require',
    `torch==${OLD_TORCH}`,
    '--workflow',
    demo.smokeWorkflow,
    '--port',
    String(port),
    '--cpu',
    '--yes',
  );
  configure(home, port);
  await must('run', 'upgrade pytorch', '--yes');
  await must('undo', '--yes');
  await must('supervisor', 'stop');

  const world: World = {
    folder,
    home,
    gitDir: join(home, '.git'),
    slot: join(home, 'trees', 'env-setup'),
    admin: join(home, '.git', 'worktrees', 'env-setup'),
    index: demo.index.folder,
    store: join(textAt(made, 'stateFolder'), 'store.git'),
    marker: join(folder, 'marker'),
    victim: join(folder, 'victim'),
  };
  mkdirSync(world.victim);
  writeFileSync(join(world.victim, 'requirements.lock'), 'nobody may touch this\n');
  const kept = [home, textAt(made, 'stateFolder'), world.index, world.victim];
  const pristine = join(folder, 'pristine');
  mkdirSync(pristine);
  for (const [number, path] of kept.entries()) copyTree(path, join(pristine, String(number)));
  return {
    ...world,
    async reset() {
      await stopOwnProcesses(folder);
      for (const [number, path] of kept.entries()) {
        removeTree(path);
        copyTree(join(pristine, String(number)), path);
      }
      for (const name of readdirSync(folder)) {
        if (!['demo', 'home', 'pristine', 'run', 'state', 'victim', 'config'].includes(name))
          removeTree(join(folder, name));
      }
    },
    async end() {
      await stopOwnProcesses(folder);
      removeTree(folder);
    },
  };
}

/** Short waits, ports that no other test uses, and a commit as a person makes one. */
function configure(home: string, port: number): void {
  const file = join(home, 'orchestrate.yaml');
  const text = readFileSync(file, 'utf8')
    .replace(/idle-time: \S+/, 'idle-time: 1s')
    .replace(/watch-time: \S+/, 'watch-time: 200ms')
    // How fast a machine is under its other work is not the question here.
    .replace(/max-slowdown: \S+/, 'max-slowdown: 100')
    .replace(/first: \d+/, `first: ${port + 2}`)
    .replace(/last: \d+/, `last: ${port + 40}`);
  writeFileSync(file, text);
  const tree = readFileSync(fileURLToPath(new URL('../../trees/env-setup.yaml', import.meta.url)), 'utf8');
  mkdirSync(join(home, 'trees'), { recursive: true });
  writeFileSync(join(home, 'trees', 'env-setup.yaml'), tree.replace(/home-port: \d+/, `home-port: ${port + 1}`));
  mkdirSync(join(home, 'docs', 'env-setup'), { recursive: true });
  for (const name of ['first', 'second', 'notes'])
    writeFileSync(join(home, 'docs', 'env-setup', `${name}.txt`), `${name}: as the person wrote it\n`);
  commitByHand(home, 'settings');
}

/** Commits everything in home, as a person would. */
export function commitByHand(home: string, message: string): void {
  naiveGit(home, ['add', '--all']);
  const { status, err } = naiveGit(home, ['commit', '--quiet', '--message', message]);
  if (status !== 0) throw new Error(`git commit ended with ${status}: ${err}`);
}

/** Puts a newer torch into the index that runs `payload` (Python) once, when it is imported, and works otherwise. */
export function addHostileTorch(world: World, payload: string): void {
  const known = stock();
  const isOf = (name: string) => (one: { name: string; version: string }) =>
    one.name === name && one.version === (name === 'torch' ? NEW_TORCH : '0.26.0');
  const torch = known.find(isOf('torch'));
  const vision = known.find(isOf('torchvision'));
  if (!torch || !vision) throw new Error('the stock of the demonstration has no newest torch');
  const files: Record<string, string> = {};
  for (const [path, content] of Object.entries(torch.files))
    files[path] = String(content).replaceAll(NEW_TORCH, HOSTILE_TORCH);
  files['torch/_telemetry.py'] = onlyOnce(world, payload);
  files['torch/__init__.py'] = `${files['torch/__init__.py']}\nfrom torch import _telemetry\n`;
  const visionFiles = Object.fromEntries(
    Object.entries(vision.files).map(([path, content]) => [
      path,
      String(content).replaceAll(NEW_TORCH, HOSTILE_TORCH).replaceAll('0.26.0', '0.27.0'),
    ]),
  );
  writeWheels(world, [
    { ...torch, version: HOSTILE_TORCH, files },
    { ...vision, version: '0.27.0', requires: ['numpy', `torch==${HOSTILE_TORCH}`], files: visionFiles },
  ]);
}

function writeWheels(world: World, specs: readonly Parameters<typeof makeWheel>[0][]): void {
  makeIndex({ into: world.index, extra: specs });
  // The pages of the index name all wheels.
  writeIndex(world.index, [...stock(), ...specs].map(makeWheel));
}

/** The file that the hostile wheel leaves to say that it has run. */
export const hasRun = (world: World): boolean => existsSync(join(world.folder, 'payload-ran'));

function onlyOnce(world: World, payload: string): string {
  const body = payload
    .split('\n')
    .map((line) => `    ${line}`)
    .join('\n');
  return `import os\ntry:\n    os.close(os.open(${JSON.stringify(join(world.folder, 'payload-ran'))}, os.O_CREAT | os.O_EXCL))\n    _first = True\nexcept OSError:\n    _first = False\nif _first:\n${body}\n`;
}

/** Writes a program that adds its name to the marker, then does what `then` (shell) says. */
export function plantProgram(world: World, name: string, then = 'exit 0'): string {
  const path = join(world.folder, `planted-${name}`);
  writeFileSync(path, `#!/bin/sh\necho ${name} >> ${world.marker}\n${then}\n`);
  chmodSync(path, 0o755);
  return path;
}

/** Returns what planted programs wrote: the names of those that were run. */
export function executed(world: World): readonly string[] {
  return existsSync(world.marker)
    ? [
        ...new Set(
          readFileSync(world.marker, 'utf8')
            .split('\n')
            .filter((line) => line !== ''),
        ),
      ].sort()
    : [];
}

/** A block of ports for this process, below the ones that systems hand out by themselves. */
function firstPort(): number {
  return 20_000 + (process.pid % 200) * 50;
}

function copyTree(from: string, to: string): void {
  execFileSync('cp', ['-a', '--', from, to]);
}

/** Environments are sealed: folders have to be made writable before they go. */
function removeTree(path: string): void {
  if (!existsSync(path)) return;
  execFileSync('chmod', ['-R', 'u+rwX', path], { stdio: 'ignore' });
  rmSync(path, { recursive: true, force: true });
}
