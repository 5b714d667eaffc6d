import type { PlanEstimates, PlannedStep } from '../../domain/plans/plan.ts';
import { likelyCostOfStep, type Thinks } from '../../domain/plans/thinking.ts';
import type { Engine } from '../engine.ts';
import { questionOf, routeNow } from '../spending/find-route.ts';

/** Returns the steps with who thinks in them: which model would be asked at this moment, and for how much. Sends nothing. */
export async function withThinking(
  engine: Engine,
  run: string,
  steps: readonly PlannedStep[],
): Promise<readonly PlannedStep[]> {
  return Promise.all(
    steps.map(async (step) => {
      const thinks = await thinksOf(engine, run, step);
      return thinks === undefined ? step : { ...step, thinks };
    }),
  );
}

/** Returns what models may cost in a run: what a run, or else a day, may spend; without both, what it is likely to cost. */
export function costOf(
  { config }: Engine,
  steps: readonly PlannedStep[],
  model: string | null,
): Pick<PlanEstimates, 'costUsd' | 'costIsLikely'> {
  const thinking = steps.flatMap(({ thinks }) => thinks ?? []);
  if (thinking.length === 0 && model === null) return { costUsd: 0 };
  const budgets = config.compute?.budgets;
  const cap = budgets?.run.microUsd ?? budgets?.day.microUsd ?? null;
  const likely = thinking.reduce((sum, { likelyMicroUsd }) => sum + (likelyMicroUsd ?? 0), 0);
  return cap === null ? { costUsd: likely / 1_000_000, costIsLikely: true } : { costUsd: cap / 1_000_000 };
}

async function thinksOf(engine: Engine, run: string, step: PlannedStep): Promise<Thinks | undefined> {
  const agent = engine.definitions.agents.get(step.agent);
  if (agent === undefined || agent.runner === 'program' || step.action !== 'agent.work') return undefined;
  const unknown = { runner: agent.runner, provider: null, model: null, tier: null, likelyMicroUsd: null };
  const { compute } = engine.config;
  if (agent.runner !== 'model' || compute === undefined) return unknown;
  const asked = {
    ...{ conversation: `${run}.${step.id}`, run, task: `${run}.${step.id}`, agent: agent.id },
    ...{ taskType: agent.taskType, wanted: agent.model },
    ...{ system: agent.instructions, tools: [], messages: [], maxOutputTokens: 1_000 },
  };
  const route = routeNow(engine, { ...(await questionOf(engine, asked, compute)), tried: new Map() });
  if (route.kind === 'none') return unknown;
  const { provider, model } = route.choice;
  return {
    ...{ runner: agent.runner, provider: provider.id, model: model.id, tier: model.tier },
    likelyMicroUsd: likelyCostOfStep(model, agent),
  };
}
