import type { Entry, Ledger } from '../ports/index.ts';

/** Rows that are read at once: who takes them slowly holds no more in memory. */
const pageSize = 200;
const bellMs = 1_000;

/** Yields the journal's rows from number `from` on, those that are there and those that come, until the signal aborts. */
export async function* followJournal(
  ledger: Pick<Ledger, 'read' | 'waitForBell'>,
  { from, signal }: { readonly from: number; readonly signal: AbortSignal },
): AsyncGenerator<Entry> {
  for (let afterSeq = from - 1; !signal.aborted;) {
    const rows = ledger.read({ afterSeq, limit: pageSize });
    for (const entry of rows) {
      afterSeq = entry.seq;
      yield entry;
    }
    if (rows.length < pageSize) await ledger.waitForBell(bellMs, signal);
  }
}
