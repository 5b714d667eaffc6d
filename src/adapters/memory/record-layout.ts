import { randomBytes } from 'node:crypto';
import * as fs from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

import { Fault } from '../../base/fault.ts';
import { setDurable } from '../sqlite/connections.ts';

/** The layout that this code reads and writes. */
const layout = 1;
/** Only who makes the file waits: writers hold the lock of the memory. */
const patienceMs = 5_000;

/**
 * `about` is the version as it was written; `refuted_by` and `is_removed` are all that changes of one later. `pending` is what the
 * file of an entry still lacks (`write`, `remove`), and `before` what it was until then: they are in the commit of the version.
 */
const tables = `
  CREATE TABLE meta (one INTEGER PRIMARY KEY CHECK (one = 1), layout INTEGER NOT NULL, id TEXT NOT NULL) STRICT;
  CREATE TABLE contents (sha256 TEXT PRIMARY KEY, text TEXT NOT NULL) STRICT;
  CREATE TABLE versions (
    key TEXT NOT NULL,
    version INTEGER NOT NULL,
    sha256 TEXT NOT NULL,
    about TEXT NOT NULL,
    copy_of TEXT,
    refuted_by TEXT,
    is_removed INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (key, version)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX versions_copies ON versions (copy_of) WHERE copy_of IS NOT NULL;
  CREATE INDEX versions_contents ON versions (sha256);
  CREATE TABLE entries (
    key TEXT PRIMARY KEY,
    version INTEGER NOT NULL,
    mark TEXT,
    pending TEXT,
    before TEXT
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX entries_pending ON entries (key) WHERE pending IS NOT NULL;
  CREATE TABLE changes (sequence INTEGER PRIMARY KEY, key TEXT NOT NULL, version INTEGER NOT NULL) STRICT;
  CREATE TABLE removals (key TEXT NOT NULL, version INTEGER NOT NULL, at_ms INTEGER NOT NULL, by TEXT NOT NULL, reason TEXT NOT NULL) STRICT;
`;

/** Opens the file of a record and lays it out where it has to be made; undefined when there is none and `make` does not ask for one. */
export function openRecord(file: string, { make }: { readonly make: boolean }): DatabaseSync | undefined {
  if (!make && !fs.existsSync(file)) return undefined;
  if (make) ensureFile(file);
  const db = new DatabaseSync(file, { timeout: patienceMs, allowExtension: false });
  try {
    if (!isLaidOut(db, file)) {
      if (!make) {
        db.close();
        return undefined;
      }
      layOut(db, file);
    }
    setDurable(db);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

/** An existing file is not opened here: closing it would drop the locks that SQLite has on it. */
function ensureFile(file: string): void {
  fs.mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  if (fs.existsSync(file)) return;
  try {
    fs.closeSync(fs.openSync(file, 'wx', 0o600));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}

function isLaidOut(db: DatabaseSync, file: string): boolean {
  const isThere = db.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'meta'").get() !== undefined;
  if (!isThere) return false;
  const found = Number(db.prepare('SELECT layout FROM meta').get()?.['layout']);
  if (found === layout) return true;
  throw new Fault('MEMORY_UNAVAILABLE', `${file} has layout ${found}; this orchestrate knows layout ${layout}.`, {
    state: 'Nothing was changed.',
    hints: ['npm install --global orchestrate@latest', 'orchestrate --version'],
  });
}

function layOut(db: DatabaseSync, file: string): void {
  setDurable(db);
  db.exec('BEGIN IMMEDIATE');
  if (!isLaidOut(db, file)) {
    db.exec(tables);
    db.prepare('INSERT INTO meta VALUES (1, ?, ?)').run(layout, randomBytes(8).toString('hex'));
  }
  db.exec('COMMIT');
}
