import { Fault, type FaultCode } from '../../base/fault.ts';
import type { RunId } from '../../base/ids.ts';
import { taskId } from '../../base/ids.ts';
import { dataOf, row } from '../../domain/journal/kinds.ts';
import { fillArguments } from '../../domain/plans/fill.ts';
import type { PlannedStep } from '../../domain/plans/plan.ts';
import { takenBackBy, takeBackSteps } from '../../domain/plans/take-back.ts';
import type { Engine } from '../engine.ts';
import type { MachineView } from '../machines/host.ts';
import { expansionsOf } from './expansions.ts';
import { factsOnRecord } from './step-scene.ts';
import { stepIdOf } from './tasks-of.ts';

/** Ends of a run that leave nothing of it behind. */
const notKept: readonly string[] = ['failed', 'cancelled', 'rolledBack'];

/** Faults of arguments that no other try fills in. */
const unfillable: readonly FaultCode[] = ['EXPRESSION_FAILED', 'PLAYBOOK_UNKNOWN_REFERENCE'];

/**
 * Takes back what the steps of an ended run did, the last first, one at a time: each is a task as any other, with rows and tries of its
 * own. One that fails, or
 * cannot be filled in, is told by its task and keeps the others from nothing. Returns whether all of it is over.
 * Writes `run.takesBack` before it begins; a repeat goes on where it was.
 */
export async function takeBack(engine: Engine, { subject: run, state }: MachineView): Promise<boolean> {
  if (!notKept.includes(state)) return true;
  const steps = stepsToTakeBack(engine, run);
  if (steps.length === 0) return true;
  if (!engine.ledger.latest(`takes-back:${run}`)) {
    const tasks = steps.map(({ id }) => taskId(run as RunId, id));
    await engine.ledger.append([row('run.takesBack', { run, state, tasks }, { run, keys: [`takes-back:${run}`] })]);
  }
  for (const step of steps) if (!(await isTakenBack(engine, run as RunId, step))) return false;
  return true;
}

function stepsToTakeBack(engine: Engine, run: string): readonly PlannedStep[] {
  const made = dataOf('plan.made', engine.ledger.latest(`plan:${run}`));
  if (!made?.plan.steps.some(({ compensate }) => compensate !== undefined)) return [];
  return takeBackSteps(made.plan.steps, { expansions: expansionsOf(engine, run), begun: begunSteps(engine, run) });
}

/** Steps that began their work, the one that was heard of last at the end. One that was called off or failed may have done it all the same. */
function begunSteps(engine: Engine, run: string): readonly string[] {
  const begun = new Set<string>();
  for (const entry of engine.ledger.read({ run, kinds: ['machine.moved', 'step.reported'], limit: 10_000 })) {
    const moved = dataOf('machine.moved', entry);
    const began = moved?.machine === 'task' && moved.to === 'executing' ? moved.subject : undefined;
    const task = dataOf('step.reported', entry)?.task ?? began;
    const id = task === undefined ? undefined : stepIdOf(run, task);
    if (id === undefined || takenBackBy(id) !== undefined) continue;
    begun.delete(id);
    begun.add(id);
  }
  return [...begun];
}

/** Begins it where it has not begun. The machine of one that ended before a restart is not there any more, its rows are. */
async function isTakenBack(engine: Engine, run: RunId, step: PlannedStep): Promise<boolean> {
  const { host, ledger } = engine;
  const task = taskId(run, step.id);
  const last = dataOf('machine.moved', ledger.latest(`machine:${task}`));
  if (last?.isFinal) return true;
  const view = host.find(task);
  if (!view) {
    await host.create('task', task, { subject: task, maxAttempts: 1 + step.retries });
    return isTakenBack(engine, run, step);
  }
  if (view.state === 'waiting') await begin(engine, run, step);
  // The run is over: nobody resumes it, and what waits for a person would keep slot and port for ever.
  if (view.state === 'parked') await host.send(task, { type: 'CANCEL' });
  return false;
}

/** Starts it. Where its arguments cannot be filled in it is called off and says why: what is on record of a run that ended stays so. */
async function begin(engine: Engine, run: RunId, step: PlannedStep): Promise<void> {
  const { host } = engine;
  const { late } = step;
  const task = taskId(run, step.id);
  if (late === undefined) return void (await host.send(task, { type: 'START' }));
  try {
    const args = { ...step.with, ...fillArguments(late, factsOnRecord(engine, run, step)) };
    const filled = row('step.filled', { task, with: args }, { run, keys: [`filled:${task}`] });
    await host.send(task, { type: 'START' }, { rows: [filled] });
  } catch (error) {
    if (!(error instanceof Fault) || !unfillable.includes(error.code)) throw error;
    const fault = error.toRecord();
    const stays = row('step.notTakenBack', { task, fault }, { run, keys: [`not-taken-back:${task}`] });
    await host.send(task, { type: 'CANCEL' }, { rows: [stays] });
  }
}
