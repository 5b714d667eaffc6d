import { closeSync, fsyncSync, openSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';

import { Fault } from '../../base/fault.ts';
import { retryBusy } from './busy.ts';
import { openWriteConnection, setDurable } from './connections.ts';
import { databaseFault, fileFault } from './database-faults.ts';
import type { LedgerFiles } from './ledger-files.ts';
import { createSchema, loadSchemaVersion, schemaVersion, upgrade } from './schema.ts';
import { SupervisorLock } from './supervisor-lock.ts';

/**
 * Makes the database ready for this code: lays out an empty one, carries an older one over. One that is
 * newer, or something else, is not touched. A repeat is safe, also after a kill.
 * Faults: `LEDGER_BROKEN`, `LEDGER_NEWER`, `LEDGER_OLDER`, `LEDGER_UNAVAILABLE`, `SUPERVISOR_BUSY`, `DISK_FULL`.
 */
export async function prepareDatabase(files: LedgerFiles): Promise<void> {
  const db = open(files.database);
  try {
    const version = await retryBusy(files.database, () => loadSchemaVersion(db, files.database));
    if (version === schemaVersion) return;
    await retryBusy(files.database, () => setDurable(db));
    if (version === 0) {
      await retryBusy(files.database, () => layOut(db, files.database));
    } else {
      await carryOver(db, files);
    }
  } finally {
    db.close();
  }
}

function open(file: string): DatabaseSync {
  try {
    return openWriteConnection(file);
  } catch (error) {
    throw databaseFault(error, file);
  }
}

function layOut(db: DatabaseSync, file: string): void {
  transact(db, () => {
    // Another process may have been quicker.
    if (loadSchemaVersion(db, file) === 0) createSchema(db);
  });
}

/** A running supervisor of the older version would go on writing the older layout, so there must be none. */
async function carryOver(db: DatabaseSync, files: LedgerFiles): Promise<void> {
  const lock = new SupervisorLock(files.lock);
  if (!(await lock.tryAcquire())) {
    throw new Fault(
      'SUPERVISOR_BUSY',
      'A supervisor of an older orchestrate is running, so its ledger cannot be carried over now.',
      {
        state: 'Nothing was changed.',
        hints: ['orchestrate status', 'end the older supervisor, then repeat the command'],
      },
    );
  }
  try {
    const version = await retryBusy(files.database, () => loadSchemaVersion(db, files.database));
    if (version === schemaVersion) return;
    await retryBusy(files.database, () => keepCopy(db, `${files.database}.v${version}.bak`));
    await retryBusy(files.database, () => transact(db, () => upgrade(db, { version, file: files.database })));
  } finally {
    lock.release();
  }
}

/** The copy is made by SQLite: a plain copy would miss the WAL, and closing it would drop this process's locks. */
function keepCopy(db: DatabaseSync, target: string): void {
  const temporary = `${target}.tmp`;
  try {
    rmSync(temporary, { force: true });
    closeSync(openSync(temporary, 'wx', 0o600));
    db.prepare('VACUUM INTO ?').run(temporary);
    syncFile(temporary);
    renameSync(temporary, target);
    syncFile(dirname(target));
  } catch (error) {
    throw fileFault(error, target);
  }
}

function syncFile(path: string): void {
  const handle = openSync(path, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

function transact(db: DatabaseSync, work: () => void): void {
  db.exec('BEGIN IMMEDIATE');
  try {
    work();
    db.exec('COMMIT');
  } catch (error) {
    if (db.isTransaction) db.exec('ROLLBACK');
    throw error;
  }
}
