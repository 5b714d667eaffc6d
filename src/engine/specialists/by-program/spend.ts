import { Fault } from '../../../base/fault.ts';
import type { ProgramTally } from '../../../domain/agent-programs/program-tally.ts';
import { row } from '../../../domain/journal/kinds.ts';
import type { TokenPrices } from '../../../domain/providers/provider.ts';
import { dayOf, type Spender } from '../../../domain/spending/budgets.ts';
import { costOf } from '../../../domain/spending/cost.ts';
import type { Engine } from '../../engine.ts';
import { levelsNow, levelText } from '../../spending/limits.ts';
import type { WorkOrder } from '../order.ts';
import type { AskedServer } from './server-of.ts';

/** Money that is held back for a program's work, until it is known what it took. */
export interface ProgramSpending {
  /** Most that it may spend, in micro-USD; null: no budget has a limit. */
  readonly mostMicroUsd: number | null;
  /** Writes what it took. `costMicroUsd` is null where nobody knows. */
  settle(
    tally: ProgramTally,
  ): Promise<{ readonly costMicroUsd: number | null; readonly costIs: 'paid' | 'list-price' | 'unknown' }>;
}

/**
 * Holds back what is left of the narrowest budget: a program asks its model by itself, and nobody is asked in between. Written as one call,
 * so that `orchestrate cost` counts it with the others. Fault `BUDGET_REACHED` when nothing is left; nothing was started then.
 */
export async function holdForProgram(
  engine: Engine,
  { parts, task, agent, conversation }: WorkOrder,
  { asked, runner, isSubscription }: { asked: AskedServer; runner: string; isSubscription: boolean },
): Promise<ProgramSpending> {
  const { run } = parts;
  const provider = asked.provider ?? runner;
  const model = asked.model ?? runner;
  const spender: Spender = { run, task, agent: agent.id, provider, day: dayOf(engine.outside.clock.nowMs()) };
  const levels = levelsNow(engine, spender).filter(({ unit }) => !isSubscription || unit === 'tokens');
  const used = levels.find(({ limit, spent }) => spent >= limit);
  if (used !== undefined)
    throw new Fault('BUDGET_REACHED', `${agent.id} is not started: ${levelText(used)}.`, {
      hints: [`orchestrate runs resume ${run} --budget <usd>`, 'orchestrate cost'],
      state: 'Nothing was started.',
      data: { nTurns: 0 },
    });
  const left = levels.filter(({ unit }) => unit === 'microUsd').map(({ limit, spent }) => limit - spent);
  const { clock } = engine.outside;
  const startedMs = clock.monotonicMs();
  const mostMicroUsd = left.length === 0 ? null : Math.min(...left);
  const call = engine.spending.book.nextCall();
  const reserved = { microUsd: mostMicroUsd ?? 0, tokens: 0 };
  const keys = [`model-call:${call}`, 'spending', `talk:${conversation}`];
  const held = {
    ...{ call, attempt: 1, run, task, agent: agent.id, conversation, taskType: agent.taskType, wanted: agent.model },
    ...{ provider, model, reserved, inputTokens: 0, outputTokens: 0, rejected: [] },
    why: `${runner} asks its model by itself`,
  };
  await engine.spending.book.write([row('model.reserved', held, { run, keys })]);
  return {
    mostMicroUsd,
    async settle(tally) {
      const prices = pricesOf(engine, { provider, model: tally.model ?? model });
      const microUsd = tally.costMicroUsd ?? (prices === null ? null : costOf(tally.usage, prices));
      const costIs =
        microUsd === null ? ('unknown' as const) : isSubscription ? ('list-price' as const) : ('paid' as const);
      const answered = {
        ...{ call, attempt: 1, conversation, provider, model, answeredBy: tally.model ?? model, usage: tally.usage },
        ...{ rawUsage: {}, prices, microUsd, costIs, firstTokenMs: 0, stop: 'end' },
        durationMs: Math.round(clock.monotonicMs() - startedMs),
      } as const;
      await engine.spending.book.write([row('model.answered', answered, { run, keys })]);
      return { costMicroUsd: microUsd, costIs };
    },
  };
}

function pricesOf({ config }: Engine, { provider, model }: { provider: string; model: string }): TokenPrices | null {
  const models = config.compute?.providers.find(({ id }) => id === provider)?.models ?? [];
  return models.find(({ id }) => id === model)?.prices ?? null;
}
