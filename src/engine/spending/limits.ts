import { type Budgets, standardBudgets } from '../../domain/definitions/compute-budgets.ts';
import { dataOf } from '../../domain/journal/kinds.ts';
import { nothing } from '../../domain/spending/amount.ts';
import { dayOf, type Level, levelsOf, type Purse, pursesOf, type Spender } from '../../domain/spending/budgets.ts';
import { addRow, createTally } from '../../domain/spending/tally.ts';
import { usdText } from '../../domain/spending/usd-text.ts';
import { spendingRows } from './spending-rows.ts';
import type { RouteScene } from './spending.ts';

/** Returns where every budget of the spender stands, its calls on their way counted. */
export const levelsNow = (engine: RouteScene, spender: Spender): readonly Level[] =>
  levelsOf(pursesOf(spender), {
    budgets: budgetsOf(engine, spender),
    spent: (key) => engine.spending.book.spent(key),
  });

/** What a person said for this run comes before what is configured; of a step the lower of what the agent's file and the configuration say. */
export function budgetsOf(
  engine: Pick<RouteScene, 'ledger' | 'config' | 'definitions'>,
  { run, agent }: { readonly run: string; readonly agent: string | null },
): Budgets {
  const budgets = engine.config.compute?.budgets ?? standardBudgets;
  const raised = dataOf('budget.raised', engine.ledger.latest(`budget-of:${run}`))?.microUsd;
  const asked = dataOf('run.created', engine.ledger.latest(`run:${run}`))?.options.budgetMicroUsd;
  const said = raised ?? asked;
  const ofAgent = (agent === null ? undefined : engine.definitions.agents.get(agent))?.budgetMicroUsd ?? null;
  const { run: ofRun, task } = budgets;
  return {
    ...budgets,
    ...(said === undefined ? {} : { run: { ...ofRun, microUsd: said } }),
    ...(ofAgent === null ? {} : { task: { ...task, microUsd: Math.min(ofAgent, task.microUsd ?? ofAgent) } }),
  };
}

/** Returns a level in words: `the budget of run r12, $5.00, has $0.12 left`. */
export function levelText({ scope, name, unit, limit, spent }: Level): string {
  const amount = (n: number): string => (unit === 'microUsd' ? usdText(n) : `${n} tokens`);
  const whose =
    scope === 'day'
      ? `of ${name} (UTC)`
      : scope === 'run' || scope === 'task'
        ? `of ${name}`
        : `of ${scope} ${name} on one day`;
  return `the budget ${whose}, ${amount(limit)}, has ${amount(Math.max(0, limit - spent))} left`;
}

/** Returns the budgets of today that have a limit, and those of a run, from the journal alone: for whoever is not the supervisor. */
export function budgetLevels(
  scene: Pick<RouteScene, 'ledger' | 'config' | 'definitions'>,
  { nowMs, run }: { readonly nowMs: number; readonly run: string | null },
): readonly Level[] {
  const tally = createTally();
  for (const entry of spendingRows(scene.ledger)) addRow(tally, entry);
  const day = dayOf(nowMs);
  const today = [...tally.sums.keys()].flatMap((key): Purse[] => {
    const [scope = '', name = '', of = name] = key.split(':');
    if (scope === 'agent' || scope === 'provider' || scope === 'day') return of === day ? [{ scope, name, key }] : [];
    return scope === 'run' && name === run ? [{ scope, name, key }] : [];
  });
  return levelsOf(today, {
    budgets: budgetsOf(scene, { run: run ?? '', agent: null }),
    spent: (key) => tally.sums.get(key) ?? nothing,
  });
}
