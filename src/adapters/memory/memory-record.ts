import type { DatabaseSync, StatementSync } from 'node:sqlite';

import type { MemoryEntry, MemoryRef, MemoryVersion, NewMemory } from '../../domain/memory/entry.ts';
import { minCopyBytes } from '../../domain/memory/notice.ts';
import { openRecord } from './record-layout.ts';

/** An entry: its newest version, and how its file was when it was last in step with it. */
export interface EntryState {
  readonly head: MemoryVersion;
  readonly mark: string | null;
  readonly pending: 'write' | 'remove' | null;
  /** SHA-256 of the file that a pending write replaces; null: none was there. */
  readonly before: string | null;
}

/** What tells whether the file of an entry is as it was. */
export type EntryMark = Pick<EntryState, 'mark' | 'pending'> & Pick<MemoryVersion, 'key' | 'isRemoved'>;

type Claim = Pick<MemoryVersion, 'key' | 'sha256' | 'sizeBytes'>;
type Row = Record<string, string | number | null>;

/** `memory.db`: versions, what they hold and where they come from. Writers hold the lock of the memory. */
export class MemoryRecord {
  readonly #db: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();

  private constructor(db: DatabaseSync) {
    this.#db = db;
  }

  /** Opens the record; undefined when there is none and `make` does not ask for one. */
  static open(file: string, options: { readonly make: boolean }): MemoryRecord | undefined {
    const db = openRecord(file, options);
    return db === undefined ? undefined : new MemoryRecord(db);
  }

  close(): void {
    this.#db.close();
  }

  /** Names this record, so that an index of another one is told from its own. */
  id(): string {
    return String(this.#get('SELECT id FROM meta')?.['id']);
  }

  lastSequence(): number {
    return Number(this.#get('SELECT max(sequence) AS last FROM changes')?.['last'] ?? 0);
  }

  entry(key: string): EntryState | undefined {
    const row = this.#get(`${selectEntries} WHERE e.key = ?`, key);
    return row === undefined ? undefined : entryOf(row);
  }

  /** The newest version with what it holds. */
  newest(key: string): MemoryEntry | undefined {
    const row = this.#get(
      `SELECT ${versionColumns}, c.text FROM entries e JOIN versions v ON v.key = e.key AND v.version = e.version
       JOIN contents c ON c.sha256 = v.sha256 WHERE e.key = ?`,
      key,
    );
    return row === undefined ? undefined : { ...versionOf(row), text: String(row['text']) };
  }

  /** Newest versions in the order of their keys, read as they are asked for. */
  *entries(afterKey = ''): Generator<EntryState> {
    // Read in pages: a statement that is still open would keep the log of the database from being shortened.
    for (let last = afterKey; ;) {
      const rows = this.#all(`${selectEntries} WHERE e.key > ? ORDER BY e.key LIMIT 500`, last);
      for (const row of rows) yield entryOf(row);
      if (rows.length < 500) return;
      last = String(rows.at(-1)?.['key']);
    }
  }

  /**
   * Every entry's mark, in pages in the order of their keys: for a look that finds nearly all of them unchanged. A mark is kept for what
   * is there only, so that versions are asked for none that has one.
   */
  *marks(): Generator<readonly EntryMark[]> {
    for (let last = ''; ;) {
      const rows = this.#all(
        `SELECT key, mark, pending, CASE WHEN mark IS NULL THEN (
           SELECT is_removed FROM versions v WHERE v.key = e.key AND v.version = e.version
         ) ELSE 0 END AS is_removed FROM entries e WHERE key > ? ORDER BY key LIMIT ${marksPerPage}`,
        last,
      ) as unknown as (Pick<EntryMark, 'key' | 'mark' | 'pending'> & { is_removed: number })[];
      yield rows.map(({ key, mark, pending, is_removed }) => ({ key, mark, pending, isRemoved: is_removed === 1 }));
      if (rows.length < marksPerPage) return;
      last = rows.at(-1)?.key ?? '';
    }
  }

  pendingKeys(): readonly string[] {
    return this.#all('SELECT key FROM entries WHERE pending IS NOT NULL').map(({ key }) => String(key));
  }

  find({ key, version }: MemoryRef): MemoryVersion | undefined {
    const row = this.#get(`SELECT ${versionColumns} FROM versions v WHERE key = ? AND version = ?`, key, version);
    return row === undefined ? undefined : versionOf(row);
  }

  /** A version with what it says, by one statement: a search asks for twenty of them. */
  findEntry({ key, version }: MemoryRef): MemoryEntry | undefined {
    const row = this.#get(
      `SELECT ${versionColumns}, c.text FROM versions v JOIN contents c ON c.sha256 = v.sha256 WHERE v.key = ? AND v.version = ?`,
      key,
      version,
    );
    return row === undefined ? undefined : { ...versionOf(row), text: String(row['text']) };
  }

  history(key: string): readonly MemoryVersion[] {
    return this.#all(`SELECT ${versionColumns} FROM versions v WHERE key = ? ORDER BY version DESC`, key).map(
      versionOf,
    );
  }

  /** What a version that is on record says. */
  text(sha256: string): string {
    const text = this.findText(sha256);
    if (text === undefined) throw new Error(`memory has no text for ${sha256}`);
    return text;
  }

  /** Undefined where every version that said it was dropped. */
  findText(sha256: string): string | undefined {
    return this.#get('SELECT text FROM contents WHERE sha256 = ?', sha256)?.['text'] as string | undefined;
  }

  /** All contents with the digest that they were written under. */
  *contents(): Generator<{ readonly sha256: string; readonly text: string }> {
    for (let last = ''; ;) {
      const rows = this.#all('SELECT sha256, text FROM contents WHERE sha256 > ? ORDER BY sha256 LIMIT 100', last);
      for (const row of rows) yield { sha256: String(row['sha256']), text: String(row['text']) };
      if (rows.length < 100) return;
      last = String(rows.at(-1)?.['sha256']);
    }
  }

  /** The newest version of another entry with the same content. */
  sameContent(key: string, sha256: string): MemoryRef | null {
    const row = this.#get(
      `SELECT v.key, v.version FROM versions v JOIN changes c ON c.key = v.key AND c.version = v.version
       WHERE v.sha256 = ? AND v.key <> ? ORDER BY c.sequence DESC LIMIT 1`,
      sha256,
      key,
    );
    return row === undefined ? null : { key: String(row['key']), version: Number(row['version']) };
  }

  /** What refuted a version that says just the same: of this entry, or, where it is no chance, of another one. */
  refutationOf({ key, sha256, sizeBytes }: Claim): MemoryRef | null {
    const row = this.#get(
      `SELECT refuted_by FROM versions WHERE refuted_by IS NOT NULL AND ${sameClaim} LIMIT 1`,
      ...[sha256, key, sizeBytes],
    );
    return refOf(row?.['refuted_by'] ?? null);
  }

  since(sequence: number, limit: number): readonly { readonly sequence: number; readonly version: MemoryVersion }[] {
    return this.#all(
      `SELECT c.sequence, ${versionColumns} FROM changes c JOIN versions v ON v.key = c.key AND v.version = c.version
       WHERE c.sequence > ? ORDER BY c.sequence LIMIT ?`,
      sequence,
      limit,
    ).map((row) => ({ sequence: Number(row['sequence']), version: versionOf(row) }));
  }

  /** Keys that changed after one sequence and up to another, each with its last one, in that order. */
  changed(after: number, until: number): readonly { readonly key: string; readonly sequence: number }[] {
    return this.#all(
      `SELECT key, max(sequence) AS last FROM changes WHERE sequence > ? AND sequence <= ? GROUP BY key ORDER BY last`,
      after,
      until,
    ).map(({ key, last }) => ({ key: String(key), sequence: Number(last) }));
  }

  /** Adds a version, and what it refutes, in one commit. `pending`: its file is to be written; else `mark` is of its file. */
  append(
    { text, ...version }: MemoryEntry,
    file: { readonly pending: 'write'; readonly before: string | null } | { readonly mark: string | null },
  ): void {
    const { key, sha256, copyOf, refutedBy } = version;
    const [mark, pending, before] = 'pending' in file ? [null, file.pending, file.before] : [file.mark, null, null];
    this.transact(() => {
      this.#run('INSERT OR IGNORE INTO contents VALUES (?, ?)', sha256, text);
      this.#run(
        'INSERT INTO versions (key, version, sha256, about, copy_of, refuted_by) VALUES (?, ?, ?, ?, ?, ?)',
        ...[key, version.version, sha256, JSON.stringify(version), refText(copyOf), refText(refutedBy)],
      );
      this.#run('INSERT OR REPLACE INTO entries VALUES (?, ?, ?, ?, ?)', key, version.version, mark, pending, before);
      this.#note(version);
      for (const ref of version.refutes) this.#refute(ref, version);
    });
  }

  /** Marks the newest version as taken away. `pending`: its file is still to be removed. */
  markRemoved(
    { key, version }: MemoryRef,
    why: { readonly by: NewMemory['by']; readonly reason: string; readonly atMs: number; readonly isPending: boolean },
  ): void {
    this.transact(() => {
      this.#run('UPDATE versions SET is_removed = 1 WHERE key = ? AND version = ?', key, version);
      this.#run(
        'UPDATE entries SET mark = NULL, pending = ?, before = NULL WHERE key = ?',
        why.isPending ? 'remove' : null,
        key,
      );
      this.#noteRemoval({ key, version }, why);
      this.#note({ key, version });
    });
  }

  /** Forgets a version and what it said; false, and nothing done, when it is the newest one, or a refutation or a copy rests on it. */
  drop(ref: MemoryRef, why: { readonly by: NewMemory['by']; readonly reason: string; readonly atMs: number }): boolean {
    const found = this.find(ref);
    if (found === undefined || found.refutedBy !== null || found.refutes.length > 0) return false;
    if (this.entry(ref.key)?.head.version === ref.version) return false;
    if (this.#get('SELECT 1 FROM versions WHERE copy_of = ? LIMIT 1', refText(ref)) !== undefined) return false;
    this.transact(() => {
      for (const table of ['versions', 'changes'])
        this.#run(`DELETE FROM ${table} WHERE key = ? AND version = ?`, ref.key, ref.version);
      this.#run(
        'DELETE FROM contents WHERE sha256 = ?1 AND NOT EXISTS (SELECT 1 FROM versions WHERE sha256 = ?1)',
        found.sha256,
      );
      this.#noteRemoval(ref, why);
    });
    return true;
  }

  /** The file of the entry is as its newest version says; a null mark: it is to be read again at the next look. */
  settle(key: string, mark: string | null): void {
    this.#run('UPDATE entries SET mark = ?, pending = NULL, before = NULL WHERE key = ?', mark, key);
  }

  /** Commits several steps together. */
  transact(work: () => void): void {
    if (this.#db.isTransaction) return work();
    this.#db.exec('BEGIN IMMEDIATE');
    try {
      work();
      this.#db.exec('COMMIT');
    } catch (error) {
      if (this.#db.isTransaction) this.#db.exec('ROLLBACK');
      throw error;
    }
  }

  /** A claim that is not so is not so wherever it stands, however often it was copied on or written again. */
  #refute(ref: MemoryRef, { key, version }: MemoryRef): void {
    const open = [ref];
    for (let one = open.shift(); one !== undefined; one = open.shift()) {
      const found = this.find(one);
      if (found === undefined || found.refutedBy !== null) continue;
      this.#run(
        'UPDATE versions SET refuted_by = ? WHERE key = ? AND version = ?',
        ...[refText({ key, version }), one.key, one.version],
      );
      this.#note(one);
      const copies = this.#all(
        `SELECT key, version FROM versions WHERE copy_of = ? OR (${sameClaim})`,
        ...[refText(one), found.sha256, found.key, found.sizeBytes],
      );
      open.push(...copies.map((row) => ({ key: String(row['key']), version: Number(row['version']) })));
    }
  }

  #noteRemoval(
    { key, version }: MemoryRef,
    { by, reason, atMs }: { readonly by: NewMemory['by']; readonly reason: string; readonly atMs: number },
  ): void {
    this.#run('INSERT INTO removals VALUES (?, ?, ?, ?, ?)', ...[key, version, atMs, JSON.stringify(by), reason]);
  }

  #note({ key, version }: MemoryRef): void {
    this.#run('INSERT INTO changes (key, version) VALUES (?, ?)', key, version);
  }

  #statement(sql: string): StatementSync {
    const known = this.#statements.get(sql) ?? this.#db.prepare(sql);
    this.#statements.set(sql, known);
    return known;
  }

  #get(sql: string, ...values: (string | number | null)[]): Row | undefined {
    return this.#statement(sql).get(...values) as Row | undefined;
  }

  #all(sql: string, ...values: (string | number | null)[]): Row[] {
    return this.#statement(sql).all(...values) as Row[];
  }

  #run(sql: string, ...values: (string | number | null)[]): void {
    this.#statement(sql).run(...values);
  }
}

/** Read in a few milliseconds, between which others have their turn. */
const marksPerPage = 1_000;

/** Takes digest, key and size. */
const sameClaim = `sha256 = ? AND (key = ? OR ? >= ${minCopyBytes})`;
const versionColumns = 'v.key, v.version, v.about, v.refuted_by, v.is_removed';
const selectEntries = `SELECT ${versionColumns}, e.mark, e.pending, e.before
  FROM entries e JOIN versions v ON v.key = e.key AND v.version = e.version`;

function versionOf(row: Row): MemoryVersion {
  const { refuted_by: refutedBy, is_removed: isRemoved } = row;
  const about = JSON.parse(String(row['about'])) as MemoryVersion;
  return { ...about, refutedBy: refOf(refutedBy ?? null), isRemoved: isRemoved === 1 };
}

function entryOf(row: Row): EntryState {
  const { mark, pending, before } = row as {
    mark: string | null;
    pending: EntryState['pending'];
    before: string | null;
  };
  return { head: versionOf(row), mark, pending, before };
}

const refText = (ref: MemoryRef | null): string | null => (ref === null ? null : `${ref.key}@${ref.version}`);

function refOf(text: string | number | null): MemoryRef | null {
  if (typeof text !== 'string') return null;
  const at = text.lastIndexOf('@');
  return { key: text.slice(0, at), version: Number(text.slice(at + 1)) };
}
