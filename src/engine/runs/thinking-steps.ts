import { Fault } from '../../base/fault.ts';
import type { ProgramRunner } from '../../domain/agent-programs/agent-program.ts';
import type { Agent } from '../../domain/definitions/types.ts';
import type { PlanEstimates, PlannedStep } from '../../domain/plans/plan.ts';
import { likelyCostOfStep, type Thinks } from '../../domain/plans/thinking.ts';
import type { Engine } from '../engine.ts';
import { requireProgram } from '../specialists/by-program/require-program.ts';
import { serverOf } from '../specialists/by-program/server-of.ts';
import { questionOf, routeNow } from '../spending/find-route.ts';
import { budgetsOf } from '../spending/limits.ts';
import { runOf } from '../tasks/task-view.ts';

/**
 * Returns the steps with who thinks in them: which model would be asked at this moment, and for how much; which program works. Sends nothing.
 * Faults: `USAGE_BAD_ARGUMENT` where a person chose who works and nobody thinks in the run, `AGENT_PROGRAM_MISSING`, `AGENT_PROGRAM_LOGIN`.
 */
export async function withThinking(
  engine: Engine,
  run: string,
  steps: readonly PlannedStep[],
): Promise<readonly PlannedStep[]> {
  const { runner } = runOf(engine, run).options;
  if (runner !== undefined && !steps.some(({ action }) => action === 'agent.work'))
    throw new Fault(
      'USAGE_BAD_ARGUMENT',
      `Nothing in this run is done by an agent that thinks: --runner ${runner} would change nothing.`,
      {
        hints: ['Leave --runner out.', 'orchestrate playbooks list'],
        state: 'Nothing was changed.',
      },
    );
  const thinking: PlannedStep[] = [];
  // One after the other: each program is started once for its version.
  for (const step of steps) {
    const thinks = await thinksOf(engine, run, step, runner);
    thinking.push(thinks === undefined ? step : { ...step, thinks });
  }
  return thinking;
}

/** Returns what models may cost in a run: the lower of what it and its day may spend; without both, what it is likely to cost. */
export function costOf(
  engine: Engine,
  run: string,
  steps: readonly PlannedStep[],
  model: string | null,
): Pick<PlanEstimates, 'costUsd' | 'costIsLikely'> {
  const thinking = steps.flatMap(({ thinks }) => thinks ?? []);
  if (thinking.length === 0 && model === null) return { costUsd: 0 };
  const budgets = budgetsOf(engine, { run, agent: null });
  const caps = [budgets.run, budgets.day].flatMap(({ microUsd }) => microUsd ?? []);
  const likely = thinking.reduce((sum, { likelyMicroUsd }) => sum + (likelyMicroUsd ?? 0), 0);
  return caps.length === 0
    ? { costUsd: likely / 1_000_000, costIsLikely: true }
    : { costUsd: Math.min(...caps) / 1_000_000 };
}

async function thinksOf(
  engine: Engine,
  run: string,
  step: PlannedStep,
  asked: Thinks['runner'] | undefined,
): Promise<Thinks | undefined> {
  const agent = engine.definitions.agents.get(step.agent);
  const runner = asked ?? agent?.runner ?? 'program';
  if (agent === undefined || runner === 'program' || step.action !== 'agent.work') return undefined;
  const unknown = { runner, provider: null, model: null, tier: null, likelyMicroUsd: null };
  const { compute } = engine.config;
  if (runner !== 'model') return { ...unknown, ...(await programOf(engine, runner, agent)) };
  if (compute === undefined) return unknown;
  const question = {
    ...{ conversation: `${run}.${step.id}`, run, task: `${run}.${step.id}`, agent: agent.id },
    ...{ taskType: agent.taskType, wanted: agent.model },
    ...{ system: agent.instructions, tools: [], messages: [], maxOutputTokens: 1_000 },
  };
  const route = routeNow(engine, { ...(await questionOf(engine, question, compute)), tried: new Map() });
  if (route.kind === 'none') return unknown;
  const { provider, model } = route.choice;
  return {
    ...{ runner, provider: provider.id, model: model.id, tier: model.tier },
    likelyMicroUsd: likelyCostOfStep(model, agent),
  };
}

/** Looked for before anybody says yes: a plan whose program is not there cannot be carried out. */
async function programOf(
  engine: Engine,
  runner: ProgramRunner,
  agent: Agent,
): Promise<Pick<Thinks, 'provider' | 'model' | 'program'>> {
  const { program, version, login } = await requireProgram(engine, { runner, agent });
  const { server, provider, model } = serverOf(engine, { runner, agent });
  const by = [program, ...(version === null ? [] : [version])].join(' ');
  return { provider, model, program: { by, pays: server === null ? login : null } };
}
