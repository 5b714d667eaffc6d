import * as fs from 'node:fs';
import { DatabaseSync, type StatementSync } from 'node:sqlite';

import type { MemoryRef } from '../../domain/memory/entry.ts';
import { isOld } from '../../domain/memory/retention.ts';
import { wordsOf } from '../../domain/memory/words.ts';
import type { MemoryQuery } from '../../ports/memory.ts';
import { isBusy, isDamaged } from '../sqlite/database-faults.ts';
import { entryId } from './entry-id.ts';
import { findQuery } from './find-query.ts';
import type { MemoryRecord } from './memory-record.ts';

/** The layout that this code makes; any other one, older or newer, is thrown away. */
export const indexLayout = 3;
/** Another process may be bringing the index up to date: that of 100,000 entries takes seconds. */
const patienceMs = 20_000;
/** Changes that are taken over in one commit. */
const batchSize = 2_000;
/**
 * FTS5 reads a row per hit for the length of a text, which takes three quarters of a search, unless it keeps none; then bm25 counts with
 * a length of -2. Where texts have a few words on average its ranks turn around for that: so many marks that are no word go with each.
 */
const padding = ' ·'.repeat(12);

const tables = `
  CREATE TABLE state (one INTEGER PRIMARY KEY CHECK (one = 1), record TEXT NOT NULL, sequence INTEGER NOT NULL) STRICT;
  CREATE TABLE entries (
    id INTEGER PRIMARY KEY,
    key TEXT NOT NULL UNIQUE,
    version INTEGER NOT NULL,
    sha256 TEXT NOT NULL,
    kind TEXT NOT NULL,
    is_refuted INTEGER NOT NULL,
    expires_at_ms INTEGER
  ) STRICT;
  CREATE VIRTUAL TABLE words USING fts5 (key, text, content = '', columnsize = 0, tokenize = 'ascii');
  CREATE VIRTUAL TABLE keys USING fts5 (key, content = '', columnsize = 0, tokenize = 'ascii');
  INSERT INTO state VALUES (1, '', 0);
  PRAGMA user_version = ${indexLayout};
`;

/** `memory-index.db`: the words of every entry's newest version. All of it comes from the record, and it may be thrown away. */
export class MemoryIndex {
  readonly #file: string;
  #db: DatabaseSync;
  #statements = new Map<string, StatementSync>();

  constructor(file: string) {
    this.#file = file;
    this.#db = this.#open();
  }

  close(): void {
    this.#db.close();
  }

  /** Takes over what the record has and the index has not. A damaged index is made again. */
  catchUp(record: MemoryRecord): void {
    this.#orAnew(() => {
      const last = record.lastSequence();
      const { of, sequence } = this.#state();
      if (of === record.id() && sequence === last) return;
      if (of !== record.id() || sequence > last) this.#takeAll(record);
      while (this.#takeBatch(record));
    });
  }

  /** Throws everything away and takes it over again. */
  rebuild(record: MemoryRecord): number {
    this.#orAnew(() => {
      this.#takeAll(record);
      while (this.#takeBatch(record));
    });
    return Number(this.#get('SELECT count(*) AS n FROM entries')?.['n']);
  }

  /**
   * Returns what fits best, best first; of equals that are too many, what was written last. `phrases` are of `phrasesOf`, and at
   * least one.
   */
  find(
    query: MemoryQuery,
    phrases: readonly (readonly string[])[],
    nowMs: number,
  ): readonly (MemoryRef & { readonly score: number })[] {
    const { sql, values } = findQuery(query, phrases, nowMs);
    const rows = this.#all(sql, ...values);
    return rows.map(({ key, version, score }) => ({
      key: String(key),
      version: Number(version),
      score: Number(score),
    }));
  }

  /** Takes over some changes in one commit. Returns whether there are more. */
  #takeBatch(record: MemoryRecord): boolean {
    return this.#transact(() => {
      const { sequence } = this.#state();
      const last = record.lastSequence();
      const until = Math.min(sequence + batchSize, last);
      for (const change of record.changed(sequence, until)) this.#take(record, change);
      this.#run('UPDATE state SET sequence = ?', until);
      return until < last;
    });
  }

  #take(record: MemoryRecord, change: { readonly key: string; readonly sequence: number }): void {
    const { key } = change;
    const before = this.#get('SELECT id, sha256 FROM entries WHERE key = ?', key);
    if (before !== undefined) {
      const id = Number(before['id']);
      const text = record.findText(String(before['sha256']));
      if (text === undefined) throw new WordsLost();
      this.#run(
        "INSERT INTO words (words, rowid, key, text) VALUES ('delete', ?, ?, ?)",
        id,
        ...columnsOf(wordsOf(key), wordsOf(text)),
      );
      this.#run("INSERT INTO keys (keys, rowid, key) VALUES ('delete', ?, ?)", id, padded(wordsOf(key)));
      this.#run('DELETE FROM entries WHERE id = ?', id);
    }
    this.#add(record, change);
  }

  #add(record: MemoryRecord, { key, sequence }: { readonly key: string; readonly sequence: number }): void {
    const entry = record.newest(key);
    if (entry === undefined || entry.isRemoved) return;
    const { version, sha256, kind, expiresAtMs } = entry;
    const isRefuted = isOld({ ...entry, expiresAtMs: null }, 0);
    const words = wordsOf(entry.text);
    const id = entryId({ sequence, expires: expiresAtMs !== null, isRefuted, nWords: words.length });
    this.#run(
      'INSERT INTO entries (id, key, version, sha256, kind, is_refuted, expires_at_ms) VALUES (?, ?, ?, ?, ?, ?, ?)',
      ...[id, key, version, sha256, kind, isRefuted ? 1 : 0, expiresAtMs],
    );
    this.#run('INSERT INTO words (rowid, key, text) VALUES (?, ?, ?)', id, ...columnsOf(wordsOf(key), words));
    this.#run('INSERT INTO keys (rowid, key) VALUES (?, ?)', id, padded(wordsOf(key)));
  }

  #state(): { readonly of: string; readonly sequence: number } {
    const row = this.#get('SELECT record, sequence FROM state');
    return { of: String(row?.['record']), sequence: Number(row?.['sequence']) };
  }

  /** Takes over every entry at once. What is written meanwhile comes again as a change. */
  #takeAll(record: MemoryRecord): void {
    this.#transact(() => {
      this.#run('DELETE FROM entries');
      this.#run("INSERT INTO words (words) VALUES ('delete-all')");
      this.#run("INSERT INTO keys (keys) VALUES ('delete-all')");
      const last = record.lastSequence();
      this.#run('UPDATE state SET record = ?, sequence = ?', record.id(), last);
      for (const change of record.changed(0, last)) this.#add(record, change);
    });
  }

  /** What is damaged in the index, or cannot be taken out of it, is in the record, too. */
  #orAnew(work: () => void): void {
    try {
      work();
    } catch (error) {
      if (!isDamaged(error) && !(error instanceof WordsLost)) throw error;
      this.#db.close();
      throwAway(this.#file);
      this.#statements = new Map();
      this.#db = this.#open();
      work();
    }
  }

  #open(): DatabaseSync {
    for (;;) {
      try {
        return openOrMake(this.#file);
      } catch (error) {
        if (!isDamaged(error)) throw error;
        throwAway(this.#file);
      }
    }
  }

  #transact<T>(work: () => T): T {
    this.#db.exec('BEGIN IMMEDIATE');
    try {
      const value = work();
      this.#db.exec('COMMIT');
      return value;
    } catch (error) {
      if (this.#db.isTransaction) this.#db.exec('ROLLBACK');
      throw error;
    }
  }

  #statement(sql: string): StatementSync {
    const known = this.#statements.get(sql) ?? this.#db.prepare(sql);
    this.#statements.set(sql, known);
    return known;
  }

  #get(sql: string, ...values: Value[]): Record<string, unknown> | undefined {
    return this.#statement(sql).get(...values);
  }

  #all(sql: string, ...values: Value[]): Record<string, unknown>[] {
    return this.#statement(sql).all(...values);
  }

  #run(sql: string, ...values: Value[]): void {
    this.#statement(sql).run(...values);
  }
}

/** The text by which words are in the index was dropped from the record before the index came to it: only all of it can be made again. */
class WordsLost extends Error {}

type Value = string | number | null;

/** What is indexed of key and text: to take it out again, just the same has to be given. */
const columnsOf = (key: readonly string[], text: readonly string[]): readonly string[] => [key.join(' '), padded(text)];

const padded = (words: readonly string[]): string => `${words.join(' ')}${padding}`;

function openOrMake(file: string): DatabaseSync {
  const db = new DatabaseSync(file, { timeout: patienceMs, allowExtension: false });
  try {
    // Losing the last commits costs nothing: they are taken over again.
    db.exec('PRAGMA synchronous = NORMAL; PRAGMA trusted_schema = OFF');
    const version = Number(db.prepare('PRAGMA user_version').get()?.['user_version']);
    if (version === indexLayout) return db;
    if (version !== 0 || db.prepare('SELECT 1 FROM sqlite_schema').get() !== undefined) {
      db.close();
      throwAway(file);
      return openOrMake(file);
    }
    makeOnce(db);
    return db;
  } catch (error) {
    if (db.isOpen) db.close();
    throw error;
  }
}

/** Of several that find the file empty, one makes it. Its log is set first: that is refused inside a transaction. */
function makeOnce(db: DatabaseSync): void {
  try {
    db.exec('PRAGMA journal_mode = WAL');
  } catch (error) {
    if (!isBusy(error)) throw error; // Another process is at it; without a log of its own it works as well.
  }
  db.exec('BEGIN IMMEDIATE');
  const isMade = db.prepare('PRAGMA user_version').get()?.['user_version'] === indexLayout;
  if (!isMade) db.exec(tables);
  db.exec('COMMIT');
}

function throwAway(file: string): void {
  for (const end of ['', '-wal', '-shm', '-journal']) fs.rmSync(`${file}${end}`, { force: true });
}
