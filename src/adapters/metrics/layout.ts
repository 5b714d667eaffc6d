import { chmodSync, closeSync, existsSync, openSync, renameSync, rmSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';

import { isDamaged } from '../sqlite/database-faults.ts';

const layout = 1;

/** What the file holds is nothing that can be gone on with. */
class Unusable extends Error {}

/**
 * Opens the file, laid out. One that is damaged, or of another layout, is moved aside (one such file is kept) and begun anew; `begunAnew` is then the
 * reason. A file that cannot be read or written now is left as it is: the error of SQLite or of the disk is thrown.
 */
export function openMetricsFile(file: string): { readonly db: DatabaseSync; readonly begunAnew: string | null } {
  let begunAnew: string | null = null;
  if (existsSync(file)) {
    try {
      return { db: checked(file), begunAnew };
    } catch (error) {
      if (!(error instanceof Unusable) && !isDamaged(error)) throw error;
      begunAnew = error instanceof Error ? error.message : String(error);
      renameSync(file, `${file}.damaged`);
      for (const end of ['-wal', '-shm']) rmSync(`${file}${end}`, { force: true });
    }
  }
  closeSync(openSync(file, 'a', 0o600));
  chmodSync(file, 0o600);
  return { db: checked(file), begunAnew };
}

function checked(file: string): DatabaseSync {
  const db = new DatabaseSync(file);
  try {
    // A value that a power cut loses is measured again in a minute: nothing waits for the disk.
    db.exec('PRAGMA busy_timeout = 2000; PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF;');
    const found = layoutOf(db);
    if (found !== 0 && found !== layout)
      throw new Unusable(`it has layout ${found}, and this program writes ${layout}`);
    const said = db.prepare('PRAGMA quick_check(1)').get()?.['quick_check'];
    if (said !== 'ok') throw new Unusable(String(said));
    // Nothing is written to one that is laid out: whoever only reads opens it on a full disk too.
    if (found === 0) layOut(db);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

const layoutOf = (db: DatabaseSync): number => Number(db.prepare('PRAGMA user_version').get()?.['user_version']);

/** All of it or nothing; another process may be at the same. */
function layOut(db: DatabaseSync): void {
  db.exec('BEGIN IMMEDIATE');
  try {
    db.exec(`
      CREATE TABLE IF NOT EXISTS series (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
      CREATE TABLE IF NOT EXISTS value (
        series INTEGER NOT NULL, step INTEGER NOT NULL, at INTEGER NOT NULL,
        n INTEGER NOT NULL, min REAL NOT NULL, max REAL NOT NULL, sum REAL NOT NULL,
        PRIMARY KEY (series, step, at)
      ) WITHOUT ROWID;
      PRAGMA user_version = ${layout};
      COMMIT;
    `);
  } catch (error) {
    if (db.isTransaction) db.exec('ROLLBACK');
    throw error;
  }
}
