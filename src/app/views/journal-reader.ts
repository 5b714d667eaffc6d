import { dataOf, type JournalKind, type JournalKinds } from '../../domain/journal/kinds.ts';
import type { Entry, Ledger, ReadOptions } from '../../ports/index.ts';

/** The journal as views see it: they read, and nothing else. */
export type JournalReader = Pick<Ledger, 'read' | 'latest' | 'head'>;

/** Rows of one page; the ledger gives at most this many at once. */
const PAGE = 10_000;

/** A journal row with its data typed by its kind. */
export interface Row<Kind extends JournalKind> {
  readonly seq: number;
  readonly atMs: number;
  readonly data: JournalKinds[Kind];
}

/** Returns the entry as a row of the kind, or undefined when it is of another kind. */
export function rowOf<Kind extends JournalKind>(kind: Kind, entry: Entry | undefined): Row<Kind> | undefined {
  const data = dataOf(kind, entry);
  return entry === undefined || data === undefined ? undefined : { seq: entry.seq, atMs: entry.atMs, data };
}

/** Returns the newest row of the key, when it is of the kind. */
export function newest<Kind extends JournalKind>(
  reader: JournalReader,
  kind: Kind,
  key: string,
): Row<Kind> | undefined {
  return rowOf(kind, reader.latest(key));
}

/** Returns all entries that fit, oldest first, however many pages they fill. */
export function* entriesOf(
  reader: JournalReader,
  options: Omit<ReadOptions, 'limit' | 'descending'>,
): Generator<Entry> {
  let afterSeq = options.afterSeq ?? 0;
  for (;;) {
    const page = reader.read({ ...options, afterSeq, limit: PAGE });
    yield* page;
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE) return;
    afterSeq = last.seq;
  }
}

/** Returns all rows of one kind, oldest first. */
export function rowsOf<Kind extends JournalKind>(reader: JournalReader, kind: Kind): readonly Row<Kind>[] {
  return [...entriesOf(reader, { kinds: [kind] })].flatMap((entry) => rowOf(kind, entry) ?? []);
}
