import { Fault } from '../../base/fault.ts';
import type { Actor } from '../../domain/journal/actor.ts';
import { row } from '../../domain/journal/kinds.ts';
import { usdText } from '../../domain/spending/usd-text.ts';
import type { Engine } from '../engine.ts';
import { requirePerson } from '../policy/answerer.ts';

/**
 * Returns the row that gives a run another budget. Faults: `REVIEW_SELF` where it is no person that says so, `BUDGET_REACHED` where the run has cost as
 * much already.
 */
export function raisedBudget(
  engine: Pick<Engine, 'spending'>,
  { run, microUsd, by }: { readonly run: string; readonly microUsd: number; readonly by: Actor },
): ReturnType<typeof row> {
  requirePerson(by, `the budget of ${run}`);
  const { microUsd: spent } = engine.spending.book.spent(`run:${run}`);
  if (microUsd <= spent)
    throw new Fault(
      'BUDGET_REACHED',
      `${run} has cost ${usdText(spent)} already: ${usdText(microUsd)} in all leaves nothing.`,
      {
        hints: [`orchestrate runs resume ${run} --budget <usd>`, `orchestrate cost --run ${run}`],
        state: 'The run is paused as before.',
      },
    );
  return row('budget.raised', { run, microUsd, by }, { run, keys: [`budget-of:${run}`] });
}
