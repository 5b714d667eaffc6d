import { Fault, type FaultRecord, faultRecord } from '../../base/fault.ts';
import { taskId, type RunId } from '../../base/ids.ts';
import { row } from '../../domain/journal/kinds.ts';
import { expandSteps } from '../../domain/plans/expand.ts';
import { askedAs, isAllOver, type StepMove, stepMoves } from '../../domain/plans/moves.ts';
import type { PlannedStep } from '../../domain/plans/plan.ts';
import { untilStep } from '../../domain/plans/schedule.ts';
import type { Engine } from '../engine.ts';
import type { MachineView } from '../machines/host.ts';
import { planOf, runOf } from '../tasks/task-view.ts';
import { mayStart } from './may-start.ts';
import { nameHints } from './named-hints.ts';
import { stepScene } from './step-scene.ts';
import { tasksOf } from './tasks-of.ts';

/**
 * Starts what may start, leaves out what is not wanted, asks where a person has to be asked, and fails or pauses the run with what
 * failed or waits. Returns `done` when every step is over. Level-triggered, like `advanceRun`; a repeat is safe.
 */
export async function executeSteps(engine: Engine, view: MachineView): Promise<'done' | 'part-done' | 'going'> {
  const run = view.subject as RunId;
  let wanted: ReturnType<typeof wantedSteps>;
  try {
    wanted = wantedSteps(engine, run);
  } catch (error) {
    await failWith(engine, run, faultRecord(error));
    return 'going';
  }
  await createTasks(engine, run, wanted.steps);
  const tasks = tasksOf(engine, run);
  if (tasks.some((one) => one.state === 'failed')) return failRun(engine, run, tasks);
  const parked = tasks.find((one) => one.state === 'parked');
  if (parked)
    return pauseRun(
      engine,
      run,
      parked.fault ?? new Fault('WAITING_FOR_PERSON', `Step ${parked.subject} waits for a person.`).toRecord(),
    );

  const scene = stepScene(engine, run, wanted.steps);
  const moves = stepMoves(scene);
  for (const move of moves) await carryOut(engine, run, move);
  // What a step became has tasks of its own.
  if (moves.some(({ kind }) => kind === 'expand')) return executeSteps(engine, view);
  const isAtWork = [...scene.standing.values()].some(({ state }) => state === 'active');
  const [asked] = moves;
  // As long as anything goes on by itself nobody has to hurry.
  if (asked?.kind === 'ask' && !isAtWork && moves.every(({ kind }) => kind === 'ask'))
    return pauseRun(engine, run, awaited(run, asked.step, asked.text));
  if (!isAllOver(scene)) return 'going';
  return wanted.isPart ? 'part-done' : 'done';
}

/** The steps that are to be done now: all, or those that `--until` needs, until the person resumes. */
function wantedSteps(engine: Engine, run: string): { steps: readonly PlannedStep[]; isPart: boolean } {
  const { steps } = planOf(engine, run);
  const { until } = runOf(engine, run).options;
  if (until === null || engine.ledger.latest(`resumed:${run}`)) return { steps, isPart: false };
  const wanted = untilStep(steps, until);
  return { steps: wanted, isPart: wanted.length < steps.length };
}

/** A step whose list is not known yet has no task: what it becomes has them. */
async function createTasks(engine: Engine, run: RunId, steps: readonly PlannedStep[]): Promise<void> {
  for (const step of expandSteps(steps, stepScene(engine, run, steps).expansions))
    if (step.forEach === undefined) await ensureTask(engine, run, step);
}

async function ensureTask(engine: Engine, run: RunId, step: PlannedStep): Promise<string> {
  const task = taskId(run, step.id);
  if (!engine.host.find(task)) await engine.host.create('task', task, { subject: task, maxAttempts: 1 + step.retries });
  return task;
}

async function carryOut(engine: Engine, run: RunId, move: StepMove): Promise<void> {
  const { host, ledger } = engine;
  const { step } = move;
  const task = taskId(run, step.id);
  switch (move.kind) {
    case 'skip': {
      const skipped = row('step.skipped', { task, because: move.because }, { run, keys: [`skipped:${task}`] });
      await host.send(await ensureTask(engine, run, step), { type: 'SKIP' }, { rows: [skipped] });
      return;
    }
    case 'expand':
      if (!ledger.latest(`expanded:${task}`))
        await ledger.append([row('step.expanded', { task, items: move.items }, { run, keys: [`expanded:${task}`] })]);
      return;
    case 'wait':
      await mayStart(engine, { run, step });
      return;
    case 'ask': {
      const asked = taskId(run, askedAs(step));
      if (!ledger.latest(`step-ask:${asked}`))
        await ledger.append([
          row('step.asked', { task: asked, text: move.text }, { run, keys: [`step-ask:${asked}`] }),
        ]);
      return;
    }
    case 'start': {
      if (!(await mayStart(engine, { run, step }))) return;
      const filled = row('step.filled', { task, with: move.with }, { run, keys: [`filled:${task}`] });
      await host.send(task, { type: 'START' }, step.late === undefined ? {} : { rows: [filled] });
      return;
    }
    case 'fail':
      await failWith(engine, run, move.fault);
  }
}

/** Ends the other tasks first: nothing of a failed run may still be at work. */
async function failRun(engine: Engine, run: string, tasks: readonly MachineView[]): Promise<'going'> {
  const live = tasks.filter((one) => !one.isFinal);
  for (const one of live) if (one.state !== 'compensating') await engine.host.send(one.subject, { type: 'CANCEL' });
  if (live.length > 0) return 'going';
  await failWith(engine, run, causeOf(engine, tasks));
  return 'going';
}

const failWith = (engine: Engine, run: string, fault: FaultRecord): Promise<boolean> =>
  engine.host.send(run, {
    type: 'TASK_FAILED',
    fault: nameHints(fault, { run, playbook: planOf(engine, run).playbook }),
  });

/** The fault of the step that failed first: those that were called off after it are no cause. */
function causeOf({ ledger }: Engine, tasks: readonly MachineView[]): FaultRecord {
  const endedAt = ({ subject }: MachineView): number => ledger.latest(`machine:${subject}`)?.seq ?? 0;
  const failed = tasks
    .filter(({ state }) => state === 'failed')
    .toSorted((one, other) => endedAt(one) - endedAt(other));
  const own = failed.find(({ fault }) => fault !== null)?.fault;
  return own ?? new Fault('INTERRUPTED', `Step ${failed[0]?.subject} was called off.`).toRecord();
}

async function pauseRun(engine: Engine, run: string, fault: FaultRecord): Promise<'going'> {
  await engine.template.endProofs(engine, run);
  await engine.host.send(run, { type: 'TASK_PARKED', fault });
  return 'going';
}

const awaited = (run: string, step: PlannedStep, text: string): FaultRecord =>
  new Fault('WAITING_FOR_PERSON', `Step ${askedAs(step)} waits for your yes: ${text}`, {
    hints: [`orchestrate runs approve ${run}`, `orchestrate runs reject ${run}`],
    state: 'The branch and production are as they were.',
    data: { step: askedAs(step) },
  }).toRecord();
