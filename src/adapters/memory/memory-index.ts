import * as fs from 'node:fs';
import { DatabaseSync, type StatementSync } from 'node:sqlite';

import type { MemoryRef, MemoryVersion } from '../../domain/memory/entry.ts';
import { isOld } from '../../domain/memory/retention.ts';
import { wordsOf } from '../../domain/memory/words.ts';
import type { MemoryQuery } from '../../ports/memory.ts';
import { isBusy, isDamaged } from '../sqlite/database-faults.ts';
import type { MemoryRecord } from './memory-record.ts';

/** The layout that this code makes; any other one, older or newer, is thrown away. */
export const indexLayout = 1;
/** Another process may be bringing the index up to date: that of 100,000 entries takes seconds. */
const patienceMs = 20_000;
/** Changes that are taken over in one commit. */
const batchSize = 2_000;
/** A match in the key is worth as much as this many in the text. */
const keyWeight = 4;

const tables = `
  CREATE TABLE state (one INTEGER PRIMARY KEY CHECK (one = 1), record TEXT NOT NULL, sequence INTEGER NOT NULL) STRICT;
  CREATE TABLE entries (
    id INTEGER PRIMARY KEY,
    key TEXT NOT NULL UNIQUE,
    version INTEGER NOT NULL,
    kind TEXT NOT NULL,
    is_refuted INTEGER NOT NULL,
    expires_at_ms INTEGER
  ) STRICT;
  CREATE VIRTUAL TABLE words USING fts5 (key, text, content = '', contentless_delete = 1);
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
      while (this.#takeBatch(record) > 0);
    });
  }

  /** Throws everything away and takes it over again. */
  rebuild(record: MemoryRecord): number {
    this.#orAnew(() => {
      this.#takeAll(record);
      while (this.#takeBatch(record) > 0);
    });
    return Number(this.#get('SELECT count(*) AS n FROM entries')?.['n']);
  }

  /** Returns what fits best, best first. `phrases` are of `phrasesOf`, and at least one. */
  find(
    { any = false, prefix, kinds, withOld = false, limit = 20 }: MemoryQuery,
    phrases: readonly (readonly string[])[],
    nowMs: number,
  ): readonly (MemoryRef & { readonly score: number })[] {
    const folder = prefix?.replace(/\/+$/, '') ?? '';
    const match = phrases.map((words) => `"${words.join(' ')}"`).join(any ? ' OR ' : ' AND ');
    const rows = this.#all(
      `SELECT e.key, e.version, -bm25(words, ${keyWeight}.0, 1.0) AS score
       FROM words CROSS JOIN entries e ON e.id = words.rowid
       WHERE words MATCH ?
       ${folder === '' ? '' : 'AND (e.key = ? OR (e.key > ? AND e.key < ?))'}
       ${kinds === undefined ? '' : `AND e.kind IN (${kinds.map(() => '?').join(', ')})`}
       ${withOld ? '' : 'AND e.is_refuted = 0 AND (e.expires_at_ms IS NULL OR e.expires_at_ms > ?)'}
       ORDER BY score DESC, e.key LIMIT ?`,
      match,
      ...(folder === '' ? [] : [folder, `${folder}/`, `${folder}0`]),
      ...(kinds ?? []),
      ...(withOld ? [] : [nowMs]),
      Math.min(limit, maxHits),
    );
    return rows.map(({ key, version, score }) => ({
      key: String(key),
      version: Number(version),
      score: Number(score),
    }));
  }

  #takeBatch(record: MemoryRecord): number {
    return this.#transact(() => {
      const { sequence } = this.#state();
      const changes = record.since(sequence, batchSize);
      const keys = new Set(changes.map(({ version }) => version.key));
      for (const key of keys) this.#take(record, key);
      this.#run('UPDATE state SET sequence = ?', changes.at(-1)?.sequence ?? sequence);
      return changes.length;
    });
  }

  #take(record: MemoryRecord, key: string): void {
    const before = this.#get('SELECT id FROM entries WHERE key = ?', key);
    if (before !== undefined) {
      this.#run('DELETE FROM words WHERE rowid = ?', Number(before['id']));
      this.#run('DELETE FROM entries WHERE key = ?', key);
    }
    const head = record.entry(key)?.head;
    if (head !== undefined && !head.isRemoved) this.#add(head, record.text(head.sha256));
  }

  #add(head: MemoryVersion, text: string): void {
    const { key, version, kind, expiresAtMs } = head;
    const isRefuted = isOld({ ...head, expiresAtMs: null }, 0);
    this.#run(
      'INSERT INTO entries (key, version, kind, is_refuted, expires_at_ms) VALUES (?, ?, ?, ?, ?)',
      ...[key, version, kind, isRefuted ? 1 : 0, expiresAtMs],
    );
    this.#run(
      'INSERT INTO words (rowid, key, text) VALUES (last_insert_rowid(), ?, ?)',
      ...[key, text].map((one) => wordsOf(one).join(' ')),
    );
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
      this.#run('UPDATE state SET record = ?, sequence = ?', record.id(), record.lastSequence());
      for (const { head, text } of record.texts()) this.#add(head, text);
    });
  }

  /** What is damaged in the index is in the record, too. */
  #orAnew(work: () => void): void {
    try {
      work();
    } catch (error) {
      if (!isDamaged(error)) throw error;
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

type Value = string | number | null;

/** Most that one question is answered with. */
const maxHits = 1_000;

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
