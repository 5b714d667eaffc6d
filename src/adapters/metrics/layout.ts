import { chmodSync, closeSync, existsSync, openSync, renameSync, rmSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';

import { isDamaged } from '../sqlite/database-faults.ts';

/** What a file holds: a number that moves when old files would not do, and the tables. */
export interface FileLayout {
  readonly layout: number;
  readonly tables: string;
}

/** What the file holds is nothing that can be gone on with. */
class Unusable extends Error {}

/**
 * Opens the file, laid out. One that is damaged, or of another layout, is moved aside (one such file is kept) and begun anew; `begunAnew` is then the
 * reason. A file that cannot be read or written now is left as it is: the error of SQLite or of the disk is thrown.
 */
export function openMetricsFile(
  file: string,
  layout: FileLayout,
): { readonly db: DatabaseSync; readonly begunAnew: string | null } {
  let begunAnew: string | null = null;
  if (existsSync(file)) {
    try {
      return { db: checked(file, layout), begunAnew };
    } catch (error) {
      if (!(error instanceof Unusable) && !isDamaged(error)) throw error;
      begunAnew = error instanceof Error ? error.message : String(error);
      renameSync(file, `${file}.damaged`);
      for (const end of ['-wal', '-shm']) rmSync(`${file}${end}`, { force: true });
    }
  }
  closeSync(openSync(file, 'a', 0o600));
  chmodSync(file, 0o600);
  return { db: checked(file, layout), begunAnew };
}

function checked(file: string, { layout, tables }: FileLayout): DatabaseSync {
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
    if (found === 0) layOut(db, { layout, tables });
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

const layoutOf = (db: DatabaseSync): number => Number(db.prepare('PRAGMA user_version').get()?.['user_version']);

/** All of it or nothing; another process may be at the same. */
function layOut(db: DatabaseSync, { layout, tables }: FileLayout): void {
  db.exec('BEGIN IMMEDIATE');
  try {
    db.exec(`${tables} PRAGMA user_version = ${layout}; COMMIT;`);
  } catch (error) {
    if (db.isTransaction) db.exec('ROLLBACK');
    throw error;
  }
}
