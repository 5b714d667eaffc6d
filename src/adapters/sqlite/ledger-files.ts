import { chmodSync, closeSync, existsSync, mkdirSync, openSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';

import { fileFault } from './database-faults.ts';

/** The files of a ledger, all in one folder that only its owner may enter. */
export interface LedgerFiles {
  readonly dir: string;
  readonly database: string;
  /** An empty database that the supervisor keeps locked. */
  readonly lock: string;
  /** Written after each commit, watched by whoever waits. */
  readonly bell: string;
}

/** Returns where the files of the ledger in `dir` are. */
export function ledgerFiles(dir: string): LedgerFiles {
  return { dir, database: join(dir, 'ledger.db'), lock: join(dir, 'supervisor.lock'), bell: join(dir, 'bell') };
}

/**
 * Makes the folder (mode 0700) and the files (mode 0600) where they are absent. A repeat is safe.
 * Faults: `LEDGER_UNAVAILABLE`, `DISK_FULL`.
 */
export function ensureLedgerFiles(files: LedgerFiles): void {
  try {
    mkdirSync(files.dir, { recursive: true, mode: 0o700 });
    if ((statSync(files.dir).mode & 0o077) !== 0) chmodSync(files.dir, 0o700);
    for (const file of [files.database, files.lock, files.bell]) ensureFile(file);
  } catch (error) {
    throw fileFault(error, files.dir);
  }
}

/**
 * Gives the lock another file: who holds the old one keeps that, and keeps nobody out any more. The old file stays, under the
 * epoch's name: it is open in the process that held it.
 */
export function setLockAside(files: LedgerFiles, epoch: number): void {
  try {
    renameSync(files.lock, `${files.lock}.${epoch}`);
    ensureFile(files.lock);
  } catch (error) {
    throw fileFault(error, files.lock);
  }
}

/**
 * An existing file is never opened here: closing any handle of a file drops every POSIX lock that this
 * process has on it, those of SQLite included.
 */
function ensureFile(file: string): void {
  if (existsSync(file)) return;
  try {
    closeSync(openSync(file, 'wx', 0o600));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}
