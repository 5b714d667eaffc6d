import type { ProgramRunner } from '../../../domain/agent-programs/agent-program.ts';
import type { ProgramTally } from '../../../domain/agent-programs/program-tally.ts';
import { row } from '../../../domain/journal/kinds.ts';
import { dayOf, type Spender } from '../../../domain/spending/budgets.ts';
import { costOf, totalTokens } from '../../../domain/spending/cost.ts';
import type { Engine } from '../../engine.ts';
import { levelsNow } from '../../spending/limits.ts';
import type { Worked, WorkOrder } from '../order.ts';

/** Who pays for a program, and whom it asks. */
export interface Payer {
  readonly runner: ProgramRunner;
  readonly provider: string | null;
  /** The model that it is told to take; null: its own choice. */
  readonly model: string | null;
  readonly isSubscription: boolean;
}

/** Returns whose purses it is paid from: the same ones that its cost is counted in when it ends. */
export const spenderOf = (engine: Engine, { parts, task, agent }: WorkOrder, { runner, provider }: Payer): Spender => ({
  ...{ run: parts.run, task, agent: agent.id, provider: provider ?? runner },
  day: dayOf(engine.outside.clock.nowMs()),
});

/** Returns the most that a program may spend on a step, in micro-USD: what is left of the narrowest budget; null where none has a limit, or a subscription pays. */
export function mostFor(engine: Engine, order: WorkOrder, payer: Payer): number | null {
  if (payer.isSubscription) return null;
  const levels = levelsNow(engine, spenderOf(engine, order, payer));
  const left = levels.filter(({ unit }) => unit === 'microUsd').map(({ limit, spent }) => Math.max(0, limit - spent));
  return left.length === 0 ? null : Math.min(...left);
}

/** Writes down what one start of a program took, however it ended; nothing where it took nothing. A kill of the supervisor leaves no row. */
export async function writeSpent(
  engine: Engine,
  order: WorkOrder,
  { tally, payer }: { readonly tally: ProgramTally; readonly payer: Payer },
): Promise<void> {
  const { costMicroUsd, costIs } = costOfProgram(engine, tally, payer);
  if (totalTokens(tally.usage) === 0 && (costMicroUsd ?? 0) === 0) return;
  const { run, task, agent, provider } = spenderOf(engine, order, payer);
  const { attempt } = order.parts;
  const spent = {
    ...{
      run,
      task: task ?? order.task,
      attempt,
      agent,
      runner: payer.runner,
      provider,
      model: tally.model ?? payer.model,
    },
    ...{ turns: tally.turns, usage: tally.usage, microUsd: costMicroUsd, costIs },
  };
  await engine.spending.book.write([
    row('program.spent', spent, { run, keys: [`program-spent:${attempt}`, 'spending'] }),
  ]);
}

/** Returns what a program's work cost: as it says, else by the prices of the model that it names. */
export function costOfProgram(
  { config }: Engine,
  tally: ProgramTally,
  { provider, model, isSubscription }: Payer,
): Pick<Worked, 'costMicroUsd' | 'costIs'> {
  const name = tally.model ?? model;
  const models = config.compute?.providers.find(({ id }) => id === provider)?.models ?? [];
  const prices = models.find(({ id }) => id === name)?.prices ?? null;
  const costMicroUsd = tally.costMicroUsd ?? (prices === null ? null : costOf(tally.usage, prices));
  return { costMicroUsd, costIs: costMicroUsd === null ? 'unknown' : isSubscription ? 'list-price' : 'paid' };
}
