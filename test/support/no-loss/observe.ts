import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';

import type { RealWorld } from './world.ts';

/** Everything that could be lost, as plain maps, read by git and by lstat alone: nothing of the program is asked. */
export interface Seen {
  /** Path below the world's folder to the id of its bytes; git's own files are left out. */
  readonly files: ReadonlyMap<string, string>;
  /** The ids of all those bytes. */
  readonly bytes: ReadonlySet<string>;
  /** Commits that a branch, tag, stash or HEAD of home or of one of its work trees reaches. */
  readonly commits: ReadonlySet<string>;
  /** Every object that anything of home reaches, staged files included. */
  readonly inHome: ReadonlySet<string>;
  /** Every object that a ref of the store reaches. */
  readonly inStore: ReadonlySet<string>;
}

const environment = {
  PATH: process.env['PATH'] ?? '/usr/bin:/bin',
  HOME: '/nonexistent',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  LC_ALL: 'C',
};

/** What cannot have moved since `last` is not asked for again: a file that somebody writes moves no ref. */
export function observe(world: RealWorld, last?: { seen: Seen; hasMoved: 'files' | 'home' | 'all' }): Seen {
  const files = new Map<string, string>();
  for (const name of fs.readdirSync(world.dir)) if (name !== 'state') collect(world.dir, name, files);
  const home =
    last?.hasMoved === 'files'
      ? { commits: last.seen.commits, all: last.seen.inHome }
      : reachable(path.join(world.homeDir, '.git'), ['--indexed-objects']);
  const inStore = last === undefined || last.hasMoved === 'all' ? reachable(world.storeDir, []).all : last.seen.inStore;
  return { files, bytes: new Set(files.values()), commits: home.commits, inHome: home.all, inStore };
}

function collect(root: string, relative: string, files: Map<string, string>): void {
  const at = path.join(root, relative);
  const stat = fs.lstatSync(at);
  if (stat.isDirectory()) {
    for (const name of fs.readdirSync(at)) if (name !== '.git') collect(root, `${relative}/${name}`, files);
  } else if (stat.isSymbolicLink()) {
    files.set(relative, blobId(Buffer.from(fs.readlinkSync(at))));
  } else if (stat.isFile() && !/\/\.git(-administration)?(\.[0-9a-f]{6})?(\/|$)/.test(`/${relative}`)) {
    files.set(relative, blobId(fs.readFileSync(at)));
  }
}

const blobId = (bytes: Buffer): string =>
  createHash('sha1').update(`blob ${bytes.length}\0`).update(bytes).digest('hex');

/** Of all work trees, as git has it since 2.16: their HEADs and, on request, their indexes. */
function reachable(gitDir: string, more: readonly string[]) {
  const listed = spawnSync('git', ['--git-dir', gitDir, 'rev-list', '--objects', '--all', ...more], {
    env: environment,
    encoding: 'latin1',
    maxBuffer: 64 * 1024 * 1024,
  });
  if (listed.status !== 0) throw new Error(`${gitDir} is not whole: ${listed.stderr}`);
  const commits = new Set<string>();
  const all = new Set<string>();
  for (const line of listed.stdout.split('\n')) {
    if (line === '') continue;
    all.add(line.slice(0, 40));
    // A tree or blob has its path behind a blank, the topmost tree an empty one.
    if (line.length === 40) commits.add(line);
  }
  return { commits, all };
}

/** What is there of `before` no more. */
export function lostBetween(before: Seen, after: Seen): readonly string[] {
  const lost: string[] = [];
  for (const commit of before.commits)
    if (!after.inHome.has(commit) && !after.inStore.has(commit)) lost.push(`commit ${commit}`);
  for (const [file, id] of before.files)
    if (!after.bytes.has(id) && !after.inHome.has(id) && !after.inStore.has(id)) lost.push(`the bytes of ${file}`);
  return lost;
}

/** Files below a folder that are other ones, or gone. */
export function movedBelow(before: Seen, after: Seen, isMeant: (file: string) => boolean): readonly string[] {
  const moved: string[] = [];
  for (const [file, id] of before.files) if (isMeant(file) && after.files.get(file) !== id) moved.push(file);
  return moved;
}
