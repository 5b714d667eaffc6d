import * as fs from 'node:fs';
import * as path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { errnoOf } from './git-failure.ts';

/** A git that is alive may have made a lock this recently and be anywhere in its work. */
const youngMs = 2_000;

/** Returns the locks that a transaction on the refs takes. */
export function refLocks(gitDir: string, refs: readonly string[]): readonly string[] {
  return [...refs, 'HEAD', 'packed-refs'].map((ref) => path.join(gitDir, `${ref}.lock`));
}

/**
 * Removes lock files whose owner is provably dead: no process has the file open, no git is at work in the
 * repository, and the lock is not new (`youngerMs`: 0 when its owner was seen to end). Returns their paths. Where processes cannot be looked through (no /proc)
 * nothing is removed.
 */
export function clearDeadLocks(options: {
  readonly locks: readonly string[];
  readonly repositories: readonly string[];
  readonly nowMs: number;
  readonly youngerMs?: number;
}): readonly string[] {
  const old = options.locks.filter((lock) => {
    const stat = fs.lstatSync(lock, { throwIfNoEntry: false });
    return (
      stat?.isFile() === true && Math.max(stat.mtimeMs, stat.ctimeMs) <= options.nowMs - (options.youngerMs ?? youngMs)
    );
  });
  if (old.length === 0) return [];
  const owners = lookForOwners(options.repositories);
  if (owners === 'unknown' || owners.hasGitAtWork) return [];
  return old.filter((lock) => {
    if (owners.open.has(lock)) return false;
    fs.rmSync(lock, { force: true });
    return true;
  });
}

/**
 * The same after a kill: locks that are still too new to be judged are waited for, which takes about two seconds and
 * happens only where there are any.
 */
export async function clearDeadLocksInTime(
  find: () => readonly string[],
  repositories: readonly string[],
): Promise<readonly string[]> {
  const cleared: string[] = [];
  for (let nLooks = 0; ; nLooks += 1) {
    const locks = find();
    cleared.push(...clearDeadLocks({ locks, repositories, nowMs: Date.now() }));
    if (nLooks === maxLooks || !locks.some(isYoung)) return cleared;
    await delay(youngMs / (maxLooks - 1));
  }
}

const maxLooks = 9;

function isYoung(lock: string): boolean {
  const stat = fs.lstatSync(lock, { throwIfNoEntry: false });
  return (
    lock.endsWith('.lock') && stat?.isFile() === true && Math.max(stat.mtimeMs, stat.ctimeMs) > Date.now() - youngMs
  );
}

/** Returns all files below a folder whose name the test accepts; links are not followed. */
export function filesNamed(folder: string, test: (name: string) => boolean): readonly string[] {
  let entries: fs.Dirent[];
  try {
    entries = fs.readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    const code = errnoOf(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') return [];
    throw error;
  }
  return entries.flatMap((entry) => {
    const file = path.join(folder, entry.name);
    if (entry.isDirectory()) return filesNamed(file, test);
    return entry.isFile() && test(entry.name) ? [file] : [];
  });
}

interface Owners {
  readonly open: ReadonlySet<string>;
  readonly hasGitAtWork: boolean;
}

/** A git closes its lock while it waits for an editor or a hook, so open files alone do not tell. */
function lookForOwners(repositories: readonly string[]): Owners | 'unknown' {
  let pids: string[];
  try {
    pids = fs.readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  } catch {
    return 'unknown';
  }
  if (pids.length === 0) return 'unknown';
  const open = new Set<string>();
  let hasGitAtWork = false;
  for (const pid of pids) {
    const process = `/proc/${pid}`;
    for (const fd of readNames(`${process}/fd`)) {
      const target = readLink(`${process}/fd/${fd}`);
      if (target?.startsWith('/') === true) open.add(target);
    }
    if (!readText(`${process}/comm`).startsWith('git')) continue;
    // The reader of objects that a store keeps open takes no lock.
    if (readText(`${process}/cmdline`).includes('\0cat-file\0')) continue;
    const cwd = whereItIs(process);
    if (cwd === 'ended') continue;
    const told = `${cwd ?? ''}\0${readText(`${process}/cmdline`)}\0${readText(`${process}/environ`)}`;
    // A git of another user whose folder cannot be read may be at work here.
    if (cwd === undefined || repositories.some((repository) => told.includes(repository))) hasGitAtWork = true;
  }
  return { open, hasGitAtWork };
}

/** Returns the folder a process is in, undefined when that may not be known, `ended` when it is gone or only waits to be reaped. */
function whereItIs(process: string): string | undefined {
  try {
    return fs.readlinkSync(`${process}/cwd`);
  } catch (error) {
    const code = errnoOf(error);
    return code === 'ENOENT' || code === 'ESRCH' ? 'ended' : undefined;
  }
}

function readNames(folder: string): readonly string[] {
  try {
    return fs.readdirSync(folder);
  } catch {
    return [];
  }
}

function readLink(file: string): string | undefined {
  try {
    return fs.readlinkSync(file);
  } catch {
    return undefined;
  }
}

function readText(file: string): string {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
