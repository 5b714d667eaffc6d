import type { Breaker } from '../../domain/routing/breaker.ts';
import type { RepeatShare } from '../../domain/routing/next-try.ts';
import type { EngineContext } from '../context.ts';
import { createSpendingBook, type SpendingBook } from './book.ts';
import { createPlaces, type Places } from './places.ts';

/** What the supervisor knows of language models while it lives: what they cost, who is asked, and who is left alone. */
export interface Spending {
  readonly book: SpendingBook;
  readonly places: Places;
  /** By `provider/model`. */
  readonly breakers: Map<string, Breaker>;
  /** By provider. */
  readonly shares: Map<string, RepeatShare>;
}

/** What has to be there to say who would be asked. */
export type RouteScene = Pick<EngineContext, 'ledger' | 'config' | 'definitions' | 'outside'> & {
  readonly spending: Spending;
};

/** Creates it. `openRuns`: runs that go on; what they spent before today still counts for them. */
export function createSpending(
  context: Pick<EngineContext, 'ledger' | 'outside'>,
  {
    openRuns,
    parallel,
  }: { openRuns(): readonly string[]; parallel(): { readonly first: number; readonly most: number } },
): Spending {
  const { ledger, outside } = context;
  const oldestRun = (): number =>
    Math.min(Number.MAX_SAFE_INTEGER, ...openRuns().map((run) => ledger.latest(`run:${run}`)?.seq ?? 0));
  return {
    book: createSpendingBook({ ledger, clock: outside.clock, oldestRun }),
    places: createPlaces(outside.clock, parallel),
    breakers: new Map(),
    shares: new Map(),
  };
}
