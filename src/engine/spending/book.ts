import type { Warmth } from '../../domain/routing/price-of-call.ts';
import { type Amount, minus, nothing, plus } from '../../domain/spending/amount.ts';
import { dayOf, type Spender } from '../../domain/spending/budgets.ts';
import { addRow, count, createTally, type OpenCall, type Tally } from '../../domain/spending/tally.ts';
import type { Clock, Entry, Ledger, NewEntry } from '../../ports/index.ts';
import { spendingRows } from './spending-rows.ts';

/**
 * What was spent and what is held back, as the journal says, and what this process is about to write there. Only the supervisor writes such
 * rows, so it reads them once.
 */
export interface SpendingBook {
  nextCall(): string;
  /** Spent and held back of a purse. */
  spent(key: string): Amount;
  /** Holds an amount back from this very moment; what comes back lets go of it, once its row is written or could not be. */
  hold(spender: Spender, amount: Amount): () => void;
  /** Writes rows, and counts them. */
  write(rows: readonly NewEntry[]): Promise<readonly Entry[]>;
  warmthOf(conversation: string): Warmth | null;
  /** Calls without an end on record. */
  open(): readonly OpenCall[];
}

/** More than a day has of them, nearly always. */
const pageSize = 10_000;

/** Creates the book. `oldestRun`: number of the row with which the oldest run that goes on began; its spending still counts. */
export function createSpendingBook({
  ledger,
  clock,
  oldestRun,
}: {
  readonly ledger: Ledger;
  readonly clock: Clock;
  oldestRun(): number;
}): SpendingBook {
  let read: Tally | undefined;
  const tally = (): Tally => (read ??= readTally(ledger, { sinceSeq: oldestRun(), sinceDay: dayOf(clock.nowMs()) }));
  const held = createTally();
  return {
    nextCall() {
      tally().nCalls += 1;
      return `k${tally().nCalls}`;
    },
    spent: (key) => plus(tally().sums.get(key) ?? nothing, held.sums.get(key) ?? nothing),
    hold(spender, amount) {
      count(held, spender, amount);
      return () => count(held, spender, minus(nothing, amount));
    },
    async write(rows) {
      const current = tally();
      const entries = await ledger.append(rows);
      for (const entry of entries) addRow(current, entry);
      return entries;
    },
    warmthOf: (conversation) => tally().warmth.get(conversation) ?? null,
    open: () => [...tally().open.values()],
  };
}

/** Rows of today and of runs that go on, whichever reach back further; a call's number goes on behind the newest. */
function readTally(ledger: Ledger, { sinceSeq, sinceDay }: { sinceSeq: number; sinceDay: string }): Tally {
  const newest = ledger.read({ key: 'spending', descending: true, limit: pageSize });
  const oldest = newest.at(-1);
  const isEnough =
    oldest === undefined || newest.length < pageSize || (oldest.seq < sinceSeq && dayOf(oldest.atMs) < sinceDay);
  const tally = createTally();
  for (const entry of isEnough ? newest.toReversed() : spendingRows(ledger)) addRow(tally, entry);
  return tally;
}
