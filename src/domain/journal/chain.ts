import { canonicalJson, type JsonObject } from '../../base/json.ts';

/** The `prev` of the first row. */
export const genesisHash = '0'.repeat(64);

/** Past this a row is a mistake of its writer: the journal holds what happened, not files or logs. */
export const maxDataChars = 8 * 1024 * 1024;

/** How far around a wrong row its right place is looked for, so that the search ends. */
const moveSearchRows = 10_000;

/** A row of the journal as the chain sees it. */
export interface ChainEntry {
  readonly seq: number;
  readonly atMs: number;
  readonly epoch: number;
  readonly kind: string;
  readonly run: string | null;
  readonly keys: readonly string[];
  readonly data: JsonObject;
  readonly prev: string;
  readonly hash: string;
}

/** A row that has no place in the chain yet, its values already as canonical text. */
export interface Draft {
  readonly kind: string;
  readonly run: string | null;
  readonly keys: readonly string[];
  readonly keysText: string;
  readonly dataText: string;
}

export interface ChainHead {
  readonly seq: number;
  readonly hash: string;
}

export type ChainVerdict =
  | { readonly kind: 'holds'; readonly nEntries: number; readonly headSeq: number; readonly headHash: string }
  | { readonly kind: 'broken'; readonly firstBadSeq: number; readonly reason: string };

export type Sha256 = (text: string) => string;

/**
 * Returns the row ready to be linked: keys without repetition, data as canonical text.
 * A name that cannot be stored and found again exactly, or data past `maxDataChars`, is a bug of the caller.
 */
export function draftEntry(row: {
  readonly kind: string;
  readonly run?: string | null;
  readonly keys?: readonly string[];
  readonly data: JsonObject;
}): Draft {
  const keys = [...new Set(row.keys)];
  const run = row.run ?? null;
  requireName(row.kind);
  if (run !== null) requireName(run);
  for (const key of keys) requireName(key);
  const dataText = canonicalJson(row.data);
  if (!dataText.startsWith('{')) throw new Error(`the data of a ${row.kind} row is not an object`);
  if (dataText.length > maxDataChars) throw new Error(`a ${row.kind} row of ${dataText.length} characters`);
  return { kind: row.kind, run, keys, keysText: JSON.stringify(keys), dataText };
}

/** Returns the text that the hash of a row is taken of: its canonical JSON without `hash`. */
export function canonicalEntry(entry: Omit<ChainEntry, 'hash'>): string {
  return linkText({ ...entry, keysText: JSON.stringify(entry.keys), dataText: canonicalJson(entry.data) }, entry);
}

/** Returns the hash of a row. */
export function linkHash(entry: Omit<ChainEntry, 'hash'>, sha256: Sha256): string {
  return sha256(canonicalEntry(entry));
}

/** Returns the text that the hash of a drafted row is taken of; the same as `canonicalEntry` of the finished row. */
export function linkText(draft: Draft, link: Pick<ChainEntry, 'seq' | 'atMs' | 'epoch' | 'prev'>): string {
  const run = draft.run === null ? 'null' : JSON.stringify(draft.run);
  return (
    `{"atMs":${link.atMs},"data":${draft.dataText},"epoch":${link.epoch},"keys":${draft.keysText},` +
    `"kind":${JSON.stringify(draft.kind)},"prev":"${link.prev}","run":${run},"seq":${link.seq}}`
  );
}

/**
 * Checks rows that should be the whole journal from row 1 on, in order. With `head`, also that nothing is
 * missing or added at the end. Names the first bad row and what was probably done to it. A chain that
 * somebody computed anew from some row to the end, head included, holds: compare the head with one noted elsewhere.
 */
export function checkChain(entries: Iterable<ChainEntry>, sha256: Sha256, head?: ChainHead): ChainVerdict {
  let seq = 0;
  let hash = genesisHash;
  for (const entry of entries) {
    const reason = orderProblem(entry, seq) ?? hashProblem(entry, sha256);
    if (reason !== undefined) return { kind: 'broken', firstBadSeq: seq + 1, reason };
    // The row is sound in itself, so what it follows is not what was there when it was written.
    if (entry.prev !== hash) {
      return {
        kind: 'broken',
        firstBadSeq: Math.max(seq, 1),
        reason: `row ${Math.max(seq, 1)} was replaced: row ${entry.seq} was linked to another`,
      };
    }
    ({ seq, hash } = entry);
  }
  return headProblem({ seq, hash }, head) ?? { kind: 'holds', nEntries: seq, headSeq: seq, headHash: hash };
}

/** Says which committed rows after `lastSeq` are missing. */
export function missingRows(lastSeq: number, headSeq: number): string {
  const nRows = headSeq - lastSeq;
  return nRows === 1
    ? `the committed row ${headSeq} is missing`
    : `${nRows} committed rows up to row ${headSeq} are missing`;
}

function requireName(name: string): void {
  if (name === '' || name.includes('\0') || !name.isWellFormed()) {
    throw new Error(`not a name for a journal row: ${JSON.stringify(name)}`);
  }
}

function orderProblem(entry: ChainEntry, lastSeq: number): string | undefined {
  const expected = lastSeq + 1;
  if (entry.seq === expected) return undefined;
  if (entry.seq < expected) return `row ${entry.seq} comes after row ${lastSeq}: rows were reordered`;
  return entry.seq === expected + 1
    ? `row ${expected} was removed`
    : `rows ${expected} to ${entry.seq - 1} were removed`;
}

function hashProblem(entry: ChainEntry, sha256: Sha256): string | undefined {
  if (linkHash(entry, sha256) === entry.hash) return undefined;
  const first = Math.max(1, entry.seq - moveSearchRows);
  for (let seq = first; seq <= entry.seq + moveSearchRows; seq += 1) {
    if (linkHash({ ...entry, seq }, sha256) === entry.hash) {
      return `row ${entry.seq} holds what was written as row ${seq}: rows were reordered or removed`;
    }
  }
  return `row ${entry.seq} was edited: its hash is another one`;
}

function headProblem(last: ChainHead, head: ChainHead | undefined): ChainVerdict | undefined {
  if (head === undefined) return undefined;
  if (last.seq < head.seq) {
    return {
      kind: 'broken',
      firstBadSeq: last.seq + 1,
      reason: `the end was cut off: ${missingRows(last.seq, head.seq)}`,
    };
  }
  if (last.seq > head.seq) {
    return { kind: 'broken', firstBadSeq: head.seq + 1, reason: `row ${head.seq + 1} was added from outside` };
  }
  if (last.hash === head.hash) return undefined;
  return {
    kind: 'broken',
    firstBadSeq: Math.max(last.seq, 1),
    reason: `row ${last.seq} is not the one that was committed last`,
  };
}
