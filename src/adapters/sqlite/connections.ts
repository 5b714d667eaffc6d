import { DatabaseSync } from 'node:sqlite';

/** Reads only wait while another process recovers or removes the WAL: a moment, and rare. */
const readPatienceMs = 2_000;
/** Past this the WAL is shortened when it starts over. */
const maxIdleWalBytes = 64 * 1024 * 1024;

/** Opens the database for writing. It never waits for a lock: callers repeat. */
export function openWriteConnection(file: string): DatabaseSync {
  return new DatabaseSync(file, { timeout: 0, allowExtension: false });
}

/**
 * Sets a connection so that a commit is on the disk when it returns. May meet `SQLITE_BUSY` when several
 * processes open a new ledger at once.
 */
export function setDurable(db: DatabaseSync): void {
  const mode = db.prepare('PRAGMA journal_mode = WAL').get()?.['journal_mode'];
  if (mode !== 'wal') throw new Error(`SQLite refused write-ahead logging and stays in ${String(mode)}`);
  db.exec(`PRAGMA synchronous = FULL; PRAGMA trusted_schema = OFF; PRAGMA journal_size_limit = ${maxIdleWalBytes}`);
}

/** Opens the database for reading. */
export function openReadConnection(file: string): DatabaseSync {
  return new DatabaseSync(file, { readOnly: true, timeout: readPatienceMs, allowExtension: false });
}
