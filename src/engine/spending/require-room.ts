import { Fault } from '../../base/fault.ts';
import type { Amount } from '../../domain/spending/amount.ts';
import { findReached, type Level, type Spender } from '../../domain/spending/budgets.ts';
import { levelsNow, levelText } from './limits.ts';
import type { RouteScene } from './spending.ts';

/**
 * Refuses to start a program that asks its own models where a budget is used up: nobody can stop it at a limit that it passes on the way, and what it
 * took is counted when it ends. Fault: `BUDGET_REACHED`.
 */
export function requireRoom(engine: RouteScene, spender: Spender): void {
  const level = findReached(levelsNow(engine, spender), least);
  if (level !== undefined) throw budgetFault(level, { ...spender, needed: least });
}

const least: Amount = { microUsd: 1, tokens: 1 };

/** Returns the fault of a budget without room for what is needed. */
export function budgetFault(
  level: Level,
  { run, agent, needed }: { readonly run: string; readonly agent: string; readonly needed: Amount },
): Fault {
  const { scope, name, unit, limit, spent } = level;
  return new Fault('BUDGET_REACHED', `It may need more than is left: ${levelText(level)}.`, {
    hints: whatRaises(level, { run, agent }),
    state: 'Nothing was sent; the conversation goes on from here when the run is resumed.',
    data: { scope, name, unit, limit, spent, needed: needed[unit] },
  });
}

function whatRaises({ scope }: Level, { run, agent }: { run: string; agent: string }): readonly string[] {
  const resume = `orchestrate runs resume ${run}`;
  if (scope === 'run') return [`${resume} --budget <usd>`, `orchestrate cost --run ${run}`];
  const where = scope === 'task' ? `budget of agents/${agent}.md or compute.budgets.task` : `compute.budgets.${scope}`;
  return [`Raise ${where} in your files, then: ${resume}`, `orchestrate cost --by ${scope}`];
}
