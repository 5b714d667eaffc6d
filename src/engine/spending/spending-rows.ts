import type { Entry, Ledger } from '../../ports/index.ts';

const pageSize = 10_000;

/** Yields every row about what was spent on language models, oldest first. */
export function* spendingRows(ledger: Pick<Ledger, 'read'>): Generator<Entry> {
  for (let afterSeq = 0; ;) {
    const page = ledger.read({ key: 'spending', afterSeq, limit: pageSize });
    yield* page;
    const last = page.at(-1);
    if (last === undefined || page.length < pageSize) return;
    afterSeq = last.seq;
  }
}
