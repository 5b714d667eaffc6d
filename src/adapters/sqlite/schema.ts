import type { DatabaseSync } from 'node:sqlite';

import { Fault } from '../../base/fault.ts';
import { genesisHash } from '../../domain/journal/chain.ts';
import { createBusTables } from './bus/bus-tables.ts';
import { KeyHeads, namesOf } from './key-heads.ts';

/** The layout that this code reads and writes. */
export const schemaVersion = 3;
/** The oldest layout that is carried over. */
export const oldestVersion = 1;

/**
 * `meta` has one row; its `schema_version` stays where it is in every future layout. The head is kept beside
 * the rows and moves in the same transaction, so rows cut off at the end are missed. `journal.links` and
 * `key_heads` only make rows findable (see `KeyHeads`): the truth is `run`, `kind` and `keys`, which the hash covers.
 */
const tables = `
  CREATE TABLE meta (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    schema_version INTEGER NOT NULL,
    epoch INTEGER NOT NULL,
    head_seq INTEGER NOT NULL,
    head_hash TEXT NOT NULL
  ) STRICT;
  CREATE TABLE journal (
    seq INTEGER PRIMARY KEY,
    at_ms INTEGER NOT NULL,
    epoch INTEGER NOT NULL,
    kind TEXT NOT NULL,
    run TEXT,
    keys TEXT NOT NULL,
    data TEXT NOT NULL,
    prev TEXT NOT NULL,
    hash TEXT NOT NULL,
    links TEXT NOT NULL DEFAULT '[0]'
  ) STRICT;
  CREATE TABLE requests (
    id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    data TEXT NOT NULL,
    answer TEXT
  ) STRICT;
  CREATE INDEX requests_open ON requests (id) WHERE answer IS NULL;
`;

const keyHeadsTable = `
  CREATE TABLE key_heads (
    name TEXT PRIMARY KEY,
    seq INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
`;

/** How many rows are linked between two looks at the table. */
const linkBatchRows = 1_000;

/** Lays out an empty database. Must be called inside a transaction. */
export function createSchema(db: DatabaseSync): void {
  db.exec(tables + keyHeadsTable);
  createBusTables(db);
  db.prepare('INSERT INTO meta VALUES (1, ?, 0, 0, ?)').run(schemaVersion, genesisHash);
}

/**
 * Carries an older layout over to the one of now. Must be called inside a transaction.
 * Faults: `LEDGER_BROKEN` when a row cannot be read.
 */
export function upgrade(db: DatabaseSync, { version, file }: { version: number; file: string }): void {
  if (version < 2) linkRows(db, file);
  // Layout 2 had no messages.
  createBusTables(db);
  db.prepare('UPDATE meta SET schema_version = ?').run(schemaVersion);
}

/** Layout 1 had no links, and found only the rows of a run, by an index. */
function linkRows(db: DatabaseSync, file: string): void {
  db.exec(`DROP INDEX journal_run; ALTER TABLE journal ADD COLUMN links TEXT NOT NULL DEFAULT '[0]'; ${keyHeadsTable}`);
  const batch = db.prepare(
    `SELECT seq, run, kind, keys FROM journal WHERE seq > ? ORDER BY seq LIMIT ${linkBatchRows}`,
  );
  const link = db.prepare('UPDATE journal SET links = ? WHERE seq = ?');
  const heads = new KeyHeads(db);
  for (let lastSeq = 0; ;) {
    const rows = batch.all(lastSeq) as { seq: number; run: string | null; kind: string; keys: string }[];
    if (rows.length === 0) break;
    for (const { seq, run, kind, keys } of rows) {
      const names = namesOf({ run, kind, keys: parseKeys(keys, { seq, file }) });
      link.run(JSON.stringify(heads.move(names, seq)), seq);
      lastSeq = seq;
    }
    heads.save();
  }
}

/**
 * Returns the layout that the database has: 0 when it is empty. Writes nothing.
 * Faults: `LEDGER_BROKEN` when it is something else than a ledger, `LEDGER_NEWER`, `LEDGER_OLDER`.
 */
export function loadSchemaVersion(db: DatabaseSync, file: string): number {
  const names = db
    .prepare('SELECT name FROM sqlite_schema')
    .all()
    .map((row) => row['name']);
  if (names.length === 0) return 0;
  const row = names.includes('meta') ? db.prepare('SELECT * FROM meta').get() : undefined;
  const version = row?.['schema_version'];
  if (typeof version !== 'number') throw notALedger(file);
  if (version > schemaVersion) {
    throw new Fault(
      'LEDGER_NEWER',
      `The ledger ${file} has layout ${version}; this orchestrate knows layouts up to ${schemaVersion}.`,
      {
        hints: ['npm install --global orchestrate@latest', 'orchestrate --version'],
        state: 'Nothing was changed.',
        data: { file, version },
      },
    );
  }
  if (version < oldestVersion) {
    throw new Fault(
      'LEDGER_OLDER',
      `The ledger ${file} has layout ${version}; this orchestrate carries over layouts from ${oldestVersion} on.`,
      {
        hints: ['Open it once with the orchestrate between the two; it carries the ledger over.'],
        state: 'Nothing was changed.',
        data: { file, version },
      },
    );
  }
  return version;
}

function parseKeys(text: string, { seq, file }: { readonly seq: number; readonly file: string }): readonly string[] {
  try {
    return JSON.parse(text) as readonly string[];
  } catch (error) {
    throw new Fault('LEDGER_BROKEN', `Row ${seq} of the ledger ${file} is damaged, so it cannot be carried over.`, {
      state: 'Nothing was changed. The branch, its restore points and your files do not depend on this file.',
      hints: ['orchestrate doctor', `cp ${file} ${file}.damaged`],
      data: { file, seq },
      cause: error,
    });
  }
}

function notALedger(file: string): Fault {
  return new Fault('LEDGER_BROKEN', `${file} is a database, but not a ledger.`, {
    state: 'Nothing was changed. The branch, its restore points and your files do not depend on this file.',
    hints: ['orchestrate doctor', `mv ${file} ${file}.other`],
    data: { file },
  });
}
