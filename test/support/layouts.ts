import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import { join } from 'node:path';

import { makeDemoWorld } from '../../demo/make.ts';
import { git } from '../../demo/world/git.ts';
import type { LayoutWorld } from './layout-world.ts';

/** An installation as people have them, in a folder of its own. */
export interface FoundLayout {
  /** Compared before and after, byte for byte. */
  readonly root: string;
  readonly comfyui: string;
  /** Interpreter that has to be found. */
  readonly python: string;
  /** Arguments of `init` beside the usual ones. */
  readonly init: readonly string[];
}

export interface LayoutCase {
  readonly name: string;
  readonly layout: 'clone' | 'archive' | 'swarmui' | 'stability-matrix';
  readonly manager: 'venv' | 'conda';
  /** Made from the files that its program would write; that program was not installed. */
  readonly isWrittenByUs: boolean;
  make(world: LayoutWorld, folder: string): FoundLayout;
}

/** Every layout that `init` adopts. ComfyUI is the demonstration's simulator. */
export const layoutCases: readonly LayoutCase[] = [
  {
    name: 'a clone on master, its venv inside',
    ...{ layout: 'clone', manager: 'venv', isWrittenByUs: false },
    make(world, folder) {
      const comfyui = cloneIn(folder);
      return plain(folder, comfyui, copyVenv(world, join(comfyui, 'venv')));
    },
  },
  {
    name: 'a clone on a detached tag, with edits, its venv beside',
    ...{ layout: 'clone', manager: 'venv', isWrittenByUs: false },
    make(world, folder) {
      const comfyui = cloneIn(folder);
      git(comfyui, 'tag', '-a', 'v0.3.64', '-m', 'v0.3.64');
      git(comfyui, 'checkout', '--quiet', '--detach', 'v0.3.64');
      git(comfyui, 'pack-refs', '--all');
      fs.appendFileSync(join(comfyui, 'nodes.py'), '\n# an edit of mine\n');
      fs.writeFileSync(join(comfyui, 'start-mine.sh'), '#!/bin/sh\nexec python main.py\n', { mode: 0o755 });
      addPacks(folder, comfyui);
      return plain(folder, comfyui, copyVenv(world, join(folder, 'lives', '.venv')));
    },
  },
  {
    name: 'an archive without .git, user and models as links',
    ...{ layout: 'archive', manager: 'venv', isWrittenByUs: false },
    make(world, folder) {
      const comfyui = cloneIn(folder);
      fs.rmSync(join(comfyui, '.git'), { recursive: true });
      for (const name of ['user', 'models']) {
        fs.renameSync(join(comfyui, name), join(folder, `my-${name}`));
        fs.symlinkSync(join(folder, `my-${name}`), join(comfyui, name));
      }
      return plain(folder, comfyui, copyVenv(world, join(comfyui, 'my-env')));
    },
  },
  {
    name: "SwarmUI's own copy",
    ...{ layout: 'swarmui', manager: 'venv', isWrittenByUs: true },
    make(world, folder) {
      const root = join(folder, 'SwarmUI');
      const comfyui = moved(cloneIn(folder), join(root, 'dlbackend', 'ComfyUI'));
      fs.mkdirSync(join(root, 'Data'));
      fs.mkdirSync(join(root, 'Models', 'Stable-Diffusion'), { recursive: true });
      fs.writeFileSync(join(root, 'Models', 'Stable-Diffusion', 'a.safetensors'), 'weights');
      fs.writeFileSync(join(root, 'Data', 'Settings.fds'), 'Paths:\n    ModelRoot: Models\n');
      const nodes = join(root, 'src/BuiltinExtensions/ComfyUIBackend/ExtraNodes');
      fs.mkdirSync(join(nodes, 'SwarmComfyCommon'), { recursive: true });
      fs.writeFileSync(join(nodes, 'SwarmComfyCommon', '__init__.py'), 'NODE_CLASS_MAPPINGS = {}\n');
      fs.writeFileSync(
        join(root, 'Data', 'comfy-auto-model.yaml'),
        `swarmui:\n    base_path: ${root}/Models\n    is_default: true\n    checkpoints: |\n        Stable-Diffusion\nswarmui_nodes:\n    custom_nodes: ${nodes}\n`,
      );
      // SwarmUI starts it itself; here it has to be started to be seen running.
      const found = plain(root, comfyui, copyVenv(world, join(comfyui, 'venv')));
      return { ...found, init: ['--service', 'managed'] };
    },
  },
  {
    name: "Stability Matrix's own copy",
    ...{ layout: 'stability-matrix', manager: 'venv', isWrittenByUs: true },
    make(world, folder) {
      const data = join(folder, 'StabilityMatrix', 'Data');
      const comfyui = moved(cloneIn(folder), join(data, 'Packages', 'ComfyUI'));
      fs.mkdirSync(join(data, 'Models', 'StableDiffusion'), { recursive: true });
      fs.writeFileSync(join(data, 'Models', 'StableDiffusion', 'a.safetensors'), 'weights');
      fs.writeFileSync(join(data, 'settings.json'), '{"Version": 1}\n');
      fs.writeFileSync(
        join(comfyui, 'extra_model_paths.yaml'),
        '# mine\nstability_matrix:\n  base_path: ../../Models\n  checkpoints: StableDiffusion\n',
      );
      fs.rmdirSync(join(comfyui, 'models', 'checkpoints'));
      fs.symlinkSync(join(data, 'Models', 'StableDiffusion'), join(comfyui, 'models', 'checkpoints'));
      return plain(join(folder, 'StabilityMatrix'), comfyui, copyVenv(world, join(comfyui, 'venv')));
    },
  },
  {
    name: 'a clone with a conda environment elsewhere',
    ...{ layout: 'clone', manager: 'conda', isWrittenByUs: true },
    make(world, folder) {
      const comfyui = cloneIn(folder);
      const conda = join(folder, 'miniconda3', 'envs', 'comfy');
      const python = copyVenv(world, conda);
      fs.mkdirSync(join(conda, 'conda-meta'));
      fs.writeFileSync(join(conda, 'conda-meta', 'history'), '==> 2025-10-12 <==\n');
      return { ...plain(folder, comfyui, python), init: ['--environment', conda] };
    },
  },
];

const plain = (root: string, comfyui: string, python: string): FoundLayout => ({ root, comfyui, python, init: [] });

/** A clone of the simulator with one pack, in `<folder>/lives/ComfyUI`. */
export function cloneIn(folder: string): string {
  const made = makeDemoWorld({ folder: join(folder, 'made') });
  return moved(made.comfyui.path, join(folder, 'lives', 'ComfyUI'));
}

function moved(from: string, to: string): string {
  fs.mkdirSync(join(to, '..'), { recursive: true });
  fs.renameSync(from, to);
  return to;
}

/** A venv is found by its own path: a copy is one of its own. Returns its interpreter. */
export function copyVenv(world: LayoutWorld, to: string): string {
  fs.mkdirSync(join(to, '..'), { recursive: true });
  execFileSync('cp', ['-a', world.venv, to]);
  return join(to, 'bin', 'python');
}

/** Node packs in every shape: a clone with an edit, a zip of the registry, a link, a single file, disabled ones. */
function addPacks(folder: string, comfyui: string): void {
  const packs = join(comfyui, 'custom_nodes');
  fs.appendFileSync(join(packs, 'demo-pack', '__init__.py'), '\n# an edit of mine\n');
  const nothing = 'NODE_CLASS_MAPPINGS = {}\n';
  const pack = (path: string): void => {
    fs.mkdirSync(path, { recursive: true });
    fs.writeFileSync(join(path, '__init__.py'), nothing);
  };
  pack(join(packs, 'zip-pack'));
  fs.writeFileSync(join(packs, 'zip-pack', '.tracking'), '__init__.py\n');
  pack(join(folder, 'my-code', 'linked-pack'));
  fs.symlinkSync(join(folder, 'my-code', 'linked-pack'), join(packs, 'linked-pack'));
  fs.writeFileSync(join(packs, 'single_file.py'), nothing);
  pack(join(packs, '.disabled', 'new-way'));
  pack(join(packs, 'old-way.disabled'));
  fs.symlinkSync(join(folder, 'nowhere'), join(packs, 'dead-link'));
}
