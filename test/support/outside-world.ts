import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import { join, relative } from 'node:path';

import type { CommandResult } from './fault-program.ts';
import type { FaultWorld } from './fault-world.ts';
import { listAt } from './program.ts';
import { sceneWorld } from './scene-home.ts';

/** One difference as `outside list --json` prints it. */
export interface ListedDifference {
  readonly id: string;
  readonly kind: string;
  readonly what: string;
  readonly subject: string;
  readonly who: string | null;
  readonly fact: string | null;
  readonly canKeep: boolean;
  readonly whyNot: string | null;
}

/** An installation whose ComfyUI folder is watched; production is up. */
export interface OutsideWorld {
  readonly world: FaultWorld;
  /** The adopted folder. */
  readonly comfyui: string;
  /** Looks, and returns what is open but what the person did in home. */
  list(): Promise<readonly ListedDifference[]>;
  show(result: CommandResult): string;
}

/** Makes the world: the adopted folder is a clone with one pack. */
export async function outsideWorld(): Promise<OutsideWorld> {
  const world = await sceneWorld();
  const comfyui = join(world.live, 'w/ComfyUI');
  const config = fs.readFileSync(join(world.home, 'orchestrate.yaml'), 'utf8');
  if (/^adopted: null$/m.test(config))
    world.edit('orchestrate.yaml', [
      ['adopted: null', `adopted: { layout: clone, comfyui: ${JSON.stringify(comfyui)}, python: null }`],
    ]);
  const list = async (): Promise<readonly ListedDifference[]> => {
    const { json } = await world.ok(['outside', 'list', '--json']);
    const all = listAt(json, 'differences') as unknown as readonly ListedDifference[];
    return all.filter(({ kind }) => kind !== 'home');
  };
  return { world, comfyui, list, show: ({ out, err, exitStatus }) => `${exitStatus}\n${err}\n${out.slice(0, 3_000)}` };
}

/** A node pack with one class; `marker` is what its files differ in. */
export function packFiles(name: string, marker = 'first'): Readonly<Record<string, string>> {
  return {
    '__init__.py': `# ${marker}
class ${name}:
    CATEGORY = "test"
    RETURN_TYPES = ()
    FUNCTION = "go"
    @classmethod
    def INPUT_TYPES(cls):
        return {"required": {}}
    def go(self):
        return ()

NODE_CLASS_MAPPINGS = {"${name}": ${name}}
`,
  };
}

/** Writes a folder of files. */
export function putFiles(dir: string, files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    fs.mkdirSync(join(dir, path, '..'), { recursive: true });
    fs.writeFileSync(join(dir, path), text);
  }
}

/** Runs git as a person or program would. */
export function outsideGit(cwd: string, ...args: readonly string[]): string {
  const who = { NAME: 'Otto', EMAIL: 'otto@example.invalid' };
  const env = {
    PATH: process.env['PATH'],
    HOME: '/nonexistent',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    ...Object.fromEntries(
      ['AUTHOR', 'COMMITTER'].flatMap((role) =>
        Object.entries(who).map(([key, value]) => [`GIT_${role}_${key}`, value]),
      ),
    ),
  };
  return execFileSync('git', ['-c', 'init.defaultBranch=main', ...args], {
    cwd,
    env,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  }).trim();
}

/** Makes a repository with these files and returns its folder. */
export function makeRepository(dir: string, files: Readonly<Record<string, string>>): string {
  putFiles(dir, files);
  outsideGit(dir, 'init', '--quiet');
  outsideGit(dir, 'add', '--all');
  outsideGit(dir, 'commit', '--quiet', '-m', 'first');
  return dir;
}

/** Stands for every file, link and folder below, its mode, times and bytes: what must not change has the same. */
export function bytesOf(dir: string): string {
  const hash = createHash('sha256');
  const look = (folder: string): void => {
    for (const name of fs.readdirSync(folder).sort()) {
      const path = join(folder, name);
      // Production's own: its user and output folders stay where they were.
      if (folder === dir && ['user', 'output', 'input', 'temp'].includes(name)) continue;
      const stat = fs.lstatSync(path);
      hash.update(`${relative(dir, path)} ${stat.mode} ${stat.mtimeMs} ${stat.ctimeMs}\n`);
      if (stat.isDirectory()) look(path);
      else if (stat.isSymbolicLink()) hash.update(fs.readlinkSync(path));
      else if (stat.isFile()) hash.update(fs.readFileSync(path));
    }
  };
  look(dir);
  return hash.digest('hex');
}

/** The composed folder of the running production. */
export function productionFolder(world: FaultWorld): string {
  const instance = world.rows('production.set').at(-1)?.data['instance'];
  const composed = world.rows('instance.composed').find(({ data }) => data['instance'] === instance);
  if (composed === undefined) throw new Error('production is not up');
  return composed.data['dir'] as string;
}

/** Node classes that production offers. */
export async function nodeClasses(world: FaultWorld): Promise<readonly string[]> {
  const answer = await fetch(`http://127.0.0.1:${world.port}/object_info`);
  return Object.keys((await answer.json()) as object);
}
