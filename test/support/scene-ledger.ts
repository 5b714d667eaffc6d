import type { JournalKind, JournalKinds } from '../../src/domain/journal/kinds.ts';
import { row } from '../../src/domain/journal/kinds.ts';
import type { Entry, Ledger, NewEntry, ReadOptions } from '../../src/ports/index.ts';

/** A journal that a test writes by hand, and the ledger that reads it. */
export interface SceneLedger {
  readonly ledger: Ledger;
  readonly entries: readonly Entry[];
  /** Appends a row of the kind; time goes on by `afterMs` first. Returns its number. */
  add<Kind extends JournalKind>(
    kind: Kind,
    data: JournalKinds[Kind],
    options?: { run?: string | null; keys?: readonly string[]; afterMs?: number },
  ): number;
  nowMs(): number;
}

/** 2026-08-23 12:00:00Z */
const START_MS = Date.UTC(2026, 7, 23, 12);

/** Returns an empty journal. Hashes are made up; everything else is as in the real one. */
export function sceneLedger(): SceneLedger {
  const entries: Entry[] = [];
  let nowMs = START_MS;
  const append = ({ kind, run, keys, data }: NewEntry): Entry => {
    const seq = entries.length + 1;
    const entry: Entry = {
      seq,
      atMs: nowMs,
      epoch: 1,
      kind,
      run: run ?? null,
      keys: keys ?? [],
      data,
      prev: hashOf(seq - 1),
      hash: hashOf(seq),
    };
    entries.push(entry);
    return entry;
  };
  return {
    entries,
    ledger: readerOf(entries),
    add: (kind, data, { run = null, keys = [], afterMs = 0 } = {}) => {
      nowMs += afterMs;
      return append(row(kind, data, { run, keys })).seq;
    },
    nowMs: () => nowMs,
  };
}

const hashOf = (seq: number): string => seq.toString(16).padStart(64, '0');

function readerOf(entries: readonly Entry[]): Ledger {
  const refuse = (): never => {
    throw new Error('the scene only reads');
  };
  return {
    acquire: refuse,
    overtake: () => Promise.resolve(false),
    isHeld: async () => true,
    append: refuse,
    read: (options) => readEntries(entries, options ?? {}),
    latest: (key) => entries.findLast((entry) => entry.keys.includes(key)),
    head: () => ({ seq: entries.length, hash: hashOf(entries.length) }),
    follow: refuse,
    verify: () => ({
      kind: 'holds',
      nEntries: entries.length,
      headSeq: entries.length,
      headHash: hashOf(entries.length),
    }),
    request: refuse,
    findRequest: () => undefined,
    openRequests: () => [],
    waitForBell: async () => {},
    close: async () => {},
  };
}

function readEntries(
  entries: readonly Entry[],
  { afterSeq = 0, run, kinds, key, limit = 1000, descending = false }: ReadOptions,
): readonly Entry[] {
  const found = entries.filter(
    (entry) =>
      entry.seq > afterSeq &&
      (run === undefined || entry.run === run) &&
      (kinds?.includes(entry.kind) ?? true) &&
      (key === undefined || entry.keys.includes(key)),
  );
  return (descending ? found.toReversed() : found).slice(0, limit);
}
