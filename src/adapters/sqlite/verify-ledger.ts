import type { DatabaseSync } from 'node:sqlite';

import { canonicalJson } from '../../base/json.ts';
import { checkChain, missingRows, type ChainHead, type Sha256 } from '../../domain/journal/chain.ts';
import type { ChainCheck, Entry } from '../../ports/ledger.ts';
import { isDamaged } from './database-faults.ts';
import { entryOf, type StoredEntry } from './journal-reader.ts';
import { namesOf } from './key-heads.ts';

/** The row number that stands for the database file as a whole. */
const wholeFile = 0;

type Broken = Extract<ChainCheck, { kind: 'broken' }>;
const broken = (firstBadSeq: number, reason: string): Broken => ({ kind: 'broken', firstBadSeq, reason });

/** Thrown inside the walk over the rows, where a value cannot be returned. */
class BadRow extends Error {
  readonly verdict: Broken;
  constructor(verdict: Broken) {
    super(verdict.reason);
    this.verdict = verdict;
  }
}

/**
 * Recomputes the journal from the first row, in one snapshot: the chain, the head in `meta`, the links and heads of runs, kinds and keys,
 * the head that was noted outside the database (`witness`, read before), and SQLite's own structure.
 * `firstBadSeq` 0 stands for the file as a whole when every row is sound.
 */
export function verifyLedger(options: {
  readonly db: DatabaseSync;
  readonly sha256: Sha256;
  readonly witness: ChainHead | undefined;
}): ChainCheck {
  const { db, sha256, witness } = options;
  const walk = new Walk(db, witness);
  db.exec('BEGIN');
  try {
    const head = db.prepare('SELECT head_seq AS seq, head_hash AS hash FROM meta').get() as ChainHead | undefined;
    if (head === undefined) return broken(wholeFile, 'the head of the journal was removed');
    const verdict = checkChain(walk.entries(), sha256, head);
    const { linkProblem } = walk;
    // A row that is wrong in itself is wrong in its links, too; the chain says more about it.
    if (linkProblem !== undefined && (verdict.kind === 'holds' || linkProblem.firstBadSeq < verdict.firstBadSeq))
      return linkProblem;
    if (verdict.kind === 'broken') return verdict;
    return witnessProblem(head, witness, walk.witnessHash) ?? walk.headsProblem() ?? structureProblem(db) ?? verdict;
  } catch (error) {
    if (error instanceof BadRow) return error.verdict;
    if (isDamaged(error)) return broken(walk.lastSeq + 1, `the file is damaged (${(error as Error).message})`);
    throw error;
  } finally {
    if (db.isTransaction) db.exec('ROLLBACK');
  }
}

/** One pass over the rows, and what was noticed on the way. */
class Walk {
  lastSeq = 0;
  witnessHash: string | undefined;
  linkProblem: Broken | undefined;
  readonly #db: DatabaseSync;
  readonly #witness: ChainHead | undefined;
  readonly #heads = new Map<string, number>();

  constructor(db: DatabaseSync, witness: ChainHead | undefined) {
    this.#db = db;
    this.#witness = witness;
  }

  *entries(): Generator<Entry> {
    for (const row of this.#db.prepare('SELECT * FROM journal ORDER BY seq').iterate()) {
      const stored = row as unknown as StoredEntry;
      const entry = readEntry(stored);
      this.#checkLinks(stored, entry);
      if (entry.seq === this.#witness?.seq) this.witnessHash = entry.hash;
      yield entry;
      this.lastSeq = entry.seq;
    }
  }

  /** Is each run, kind and key found at its newest row. Must be called after the pass. */
  headsProblem(): Broken | undefined {
    const expected = new Map(this.#heads);
    for (const row of this.#db.prepare('SELECT name, seq FROM key_heads').iterate()) {
      const { name, seq } = row as { name: string; seq: number };
      if (expected.get(name) !== seq)
        return broken(seq, `${JSON.stringify(name)} finds row ${seq}, which is not its newest`);
      expected.delete(name);
    }
    for (const [name, seq] of expected) return broken(seq, `row ${seq} is not found under ${JSON.stringify(name)}`);
    return undefined;
  }

  #checkLinks(stored: StoredEntry, entry: Entry): void {
    const names = namesOf(entry);
    const links = JSON.stringify(names.map((name) => this.#heads.get(name) ?? 0));
    if (stored.links !== links) {
      this.linkProblem ??= broken(
        entry.seq,
        `row ${entry.seq} is linked to other rows than those before it of its run, kind and keys`,
      );
    }
    for (const name of names) if (name !== '') this.#heads.set(name, entry.seq);
  }
}

/** The text must be the canonical one, or an edit that leaves the meaning alone would pass. */
function readEntry(stored: StoredEntry): Entry {
  let entry: Entry;
  try {
    entry = entryOf(stored);
  } catch {
    throw new BadRow(broken(stored.seq, `row ${stored.seq} was edited: it is not JSON`));
  }
  if (
    canonicalJson(entry.data) !== stored.data ||
    canonicalJson(entry.keys) !== stored.keys ||
    !Array.isArray(entry.keys)
  ) {
    throw new BadRow(broken(stored.seq, `row ${stored.seq} was edited: its text is not the canonical one`));
  }
  return entry;
}

function witnessProblem(
  head: ChainHead,
  witness: ChainHead | undefined,
  found: string | undefined,
): Broken | undefined {
  if (witness === undefined || found === witness.hash) return undefined;
  if (witness.seq <= head.seq) {
    return broken(witness.seq, `row ${witness.seq} is not the one that was committed: the journal was computed anew`);
  }
  return broken(head.seq + 1, `the end was lost: ${missingRows(head.seq, witness.seq)}`);
}

function structureProblem(db: DatabaseSync): Broken | undefined {
  const result = db.prepare('PRAGMA integrity_check(1)').get()?.['integrity_check'];
  return result === 'ok'
    ? undefined
    : broken(wholeFile, `the rows are sound, but the file is damaged (${String(result)})`);
}
