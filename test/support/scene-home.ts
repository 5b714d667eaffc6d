import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import { join, relative } from 'node:path';

import { FaultWorld } from './fault-world.ts';

/** Makes a world with production up, in which the program is loaded once. Its id is read as YAML has it: one of digits alone is in quotes. */
export async function sceneWorld(): Promise<FaultWorld> {
  const world = await FaultWorld.create();
  const id = /^id: "?([0-9a-f]+)"?$/m.exec(fs.readFileSync(join(world.home, 'orchestrate.yaml'), 'utf8'))?.[1];
  if (id === undefined) throw new Error('orchestrate.yaml has no id');
  Object.defineProperty(world, 'id', { value: id });
  await world.ok(['service', 'start', '--json']);
  world.loadOnce();
  return world;
}

/** What a command that is refused must leave as it was: refs and HEAD of home, every file of the person, production. */
export interface HomeSketch {
  readonly head: string;
  readonly refs: string;
  readonly files: Readonly<Record<string, string>>;
  /** Process id and start time of production; null when it is not running. */
  readonly production: string | null;
}

/** Folders of home that are ours, and change with every run. */
const ours = new Set(['.git', '.orchestrate', 'sessions', 'memory', 'logs']);

export function sketchOf(world: FaultWorld): HomeSketch {
  return {
    head: fs.readFileSync(join(world.home, '.git/HEAD'), 'utf8'),
    refs: refsOf(world),
    files: filesOf(world.home),
    production: productionOf(world),
  };
}

/** Branches and tags: what runs keep for themselves is below `refs/orchestrate/`. */
const refsOf = (world: FaultWorld): string =>
  world.git(['for-each-ref', '--format=%(refname) %(objectname)', 'refs/heads', 'refs/tags']);

/** Content, mode and time of change of every file but ours, by path. Slots are ours as well. */
export function filesOf(home: string): Readonly<Record<string, string>> {
  const files: Record<string, string> = {};
  const look = (dir: string): void => {
    for (const entry of fs.readdirSync(dir, { withFileTypes: true })) {
      const path = join(dir, entry.name);
      const isOurs = (dir === home && ours.has(entry.name)) || (dir === join(home, 'trees') && entry.isDirectory());
      if (isOurs) continue;
      if (entry.isDirectory()) look(path);
      else files[relative(home, path)] = markOf(path);
    }
  };
  look(home);
  return files;
}

function markOf(path: string): string {
  const { mode } = fs.lstatSync(path);
  return `${(mode & 0o777).toString(8)} ${createHash('sha256').update(fs.readFileSync(path)).digest('hex').slice(0, 16)}`;
}

/** Process id and start time of production as the machine tells them; null when it is not running. */
export function productionOf(world: FaultWorld): string | null {
  for (const name of fs.readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const argv = fs.readFileSync(`/proc/${name}/cmdline`, 'utf8').split('\0');
      if (!argv.includes('--port') || argv[argv.indexOf('--port') + 1] !== String(world.port)) continue;
      const stat = fs.readFileSync(`/proc/${name}/stat`, 'utf8');
      return `${name} ${stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]}`;
    } catch {
      // It ended meanwhile.
    }
  }
  return null;
}

/** Makes a folder for a PATH that holds these programs and nothing else. Returns it. */
export function linkTools(folder: string, names: readonly string[]): string {
  fs.rmSync(folder, { recursive: true, force: true });
  fs.mkdirSync(folder, { recursive: true });
  for (const name of names)
    fs.symlinkSync(execFileSync('sh', ['-c', `command -v ${name}`], { encoding: 'utf8' }).trim(), join(folder, name));
  return folder;
}
