import { hash } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';

import { BellRope } from './bell-rope.ts';
import { openWriteConnection, setDurable } from './connections.ts';
import { GroupCommit } from './group-commit.ts';
import { JournalWriter } from './journal-writer.ts';
import type { LedgerFiles } from './ledger-files.ts';
import type { Writer } from './write-jobs.ts';

export interface WriterOptions {
  readonly files: LedgerFiles;
  /** The database grows no further than this; absent: as the disk allows. */
  readonly maxSizeBytes?: number;
}

/** Creates the writer over a connection of its own, for the thread that it is called on. The layout must be current. */
export function createLedgerWriter({ files, maxSizeBytes }: WriterOptions): Writer {
  const db = openWriteConnection(files.database);
  setDurable(db);
  if (maxSizeBytes !== undefined) limitSize(db, maxSizeBytes);
  const journal = new JournalWriter(db, (text) => hash('sha256', text, 'hex'));
  return new GroupCommit({
    journal,
    rope: new BellRope(files.bell),
    file: files.database,
    closeDatabase: () => db.close(),
  });
}

function limitSize(db: DatabaseSync, maxSizeBytes: number): void {
  const pageBytes = db.prepare('PRAGMA page_size').get()?.['page_size'] as number;
  db.exec(`PRAGMA max_page_count = ${Math.max(1, Math.floor(maxSizeBytes / pageBytes))}`);
}
