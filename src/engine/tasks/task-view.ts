import { attemptId, type RunId, type TaskId } from '../../base/ids.ts';
import { dataOf, type JournalKinds } from '../../domain/journal/kinds.ts';
import { expandSteps } from '../../domain/plans/expand.ts';
import type { Plan, PlannedStep } from '../../domain/plans/plan.ts';
import { takenBackBy, takeBackSteps } from '../../domain/plans/take-back.ts';
import type { EngineContext } from '../context.ts';
import { type Engine, requireRow } from '../engine.ts';
import { expansionsOf } from '../runs/expansions.ts';

/** Returns the run's first row. */
export function runOf(engine: EngineContext, run: string): JournalKinds['run.created'] {
  const created = dataOf('run.created', requireRow(engine, `run:${run}`));
  if (!created) throw new Error(`no run ${run}`);
  return created;
}

/** Returns the plan that the run executes: the one that was shown. */
export function planOf(engine: EngineContext, run: string): Plan {
  const made = dataOf('plan.made', requireRow(engine, `plan:${run}`));
  if (!made) throw new Error(`no plan for ${run}`);
  return made.plan;
}

export interface TaskParts {
  readonly run: RunId;
  readonly step: PlannedStep;
  readonly plan: Plan;
  readonly attempt: string;
}

/** Splits a task's id into what it stands for. `attempt` counts from the machine's context. */
export function taskParts(engine: Engine, task: string, attempt: number): TaskParts {
  const dot = task.indexOf('.');
  const run = task.slice(0, dot) as RunId;
  const plan = planOf(engine, run);
  const step = findStep(engine, run, plan, task.slice(dot + 1));
  if (!step) throw new Error(`the plan of ${run} has no step for ${task}`);
  return { run, step, plan, attempt: attemptId(task as TaskId, attempt) };
}

/** The step as it is carried out: one of a list, or one that takes another back, with the arguments that were filled in when it started. */
function findStep(engine: Engine, run: string, { steps }: Plan, id: string): PlannedStep | undefined {
  const expansions = expansionsOf(engine, run);
  const begun = takenBackBy(id);
  const all = [
    ...expandSteps(steps, expansions),
    ...(begun === undefined ? [] : takeBackSteps(steps, { expansions, begun: [begun] })),
  ];
  const step = all.find((one) => one.id === id);
  const filled = dataOf('step.filled', engine.ledger.latest(`filled:${run}.${id}`));
  return step && filled ? { ...step, with: filled.with } : step;
}
