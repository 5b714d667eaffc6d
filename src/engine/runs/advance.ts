import { Fault, type FaultRecord, faultRecord } from '../../base/fault.ts';
import { taskId, type RunId } from '../../base/ids.ts';
import { asGitTreeId } from '../../base/ids.ts';
import type { PlannedStep } from '../../domain/plans/plan.ts';
import { readySteps, type StepState, untilStep } from '../../domain/plans/schedule.ts';
import { isBeyondRecall } from '../changes/beyond-recall.ts';
import { draftChange, findChangeOf } from '../changes/draft.ts';
import { voidUnmerged } from '../changes/merge.ts';
import { supersedeOlder } from '../changes/supersede.ts';
import type { Engine } from '../engine.ts';
import type { MachineView } from '../machines/host.ts';
import { snapshotSlot, requireLease } from '../tasks/effects.ts';
import { planOf, runOf } from '../tasks/task-view.ts';
import { closeRun } from './close.ts';
import { mayStart } from './may-start.ts';
import { tellOpened } from './opened.ts';

/**
 * Looks at a run, its tasks and its change as they are, and sends what follows. Level-triggered: called after
 * every transition and after a restart, it only depends on what is on record, so a kill between two events loses nothing.
 */
export async function advanceRun(engine: Engine, run: string): Promise<void> {
  const view = engine.host.find(run);
  if (!view) return;
  if (view.isFinal) return endRun(engine, view);
  switch (view.state) {
    case 'executing':
      return executeSteps(engine, view);
    case 'paused':
      return;
    case 'reviewing':
    case 'merging':
    case 'verifying':
      return followChange(engine, view);
  }
}

const tasksOf = (engine: Engine, run: string): readonly MachineView[] =>
  engine.host.all('task').filter((one) => one.subject.startsWith(`${run}.`));

/** The steps that are to be done now: all, or those that `--until` needs, until the person resumes. */
function wantedSteps(engine: Engine, run: string): { steps: readonly PlannedStep[]; isPart: boolean } {
  const { steps } = planOf(engine, run);
  const { until } = runOf(engine, run).options;
  if (until === null || engine.ledger.latest(`resumed:${run}`)) return { steps, isPart: false };
  const wanted = untilStep(steps, until);
  return { steps: wanted, isPart: wanted.length < steps.length };
}

async function executeSteps(engine: Engine, view: MachineView): Promise<void> {
  const run = view.subject as RunId;
  // A way back that a person had to say yes to: its tree is there already.
  const { goal } = planOf(engine, run);
  if (goal.kind === 'restore' || goal.kind === 'submit')
    return void (await engine.host.send(run, { type: 'TASKS_DONE' }));
  let wanted: ReturnType<typeof wantedSteps>;
  try {
    wanted = wantedSteps(engine, run);
  } catch (error) {
    await engine.host.send(run, { type: 'TASK_FAILED', fault: faultRecord(error) });
    return;
  }
  for (const step of wanted.steps) {
    const task = taskId(run, step.id);
    if (!engine.host.find(task))
      await engine.host.create('task', task, { subject: task, maxAttempts: 1 + step.retries });
  }
  const tasks = tasksOf(engine, run);
  const byStep = new Map(tasks.map((one) => [one.subject.slice(run.length + 1), one]));
  const failed = tasks.find((one) => one.state === 'failed');
  if (failed) return failRun(engine, run, tasks, failed);
  const parked = tasks.find((one) => one.state === 'parked');
  if (parked) return parkRun(engine, run, parked);

  const states = new Map([...byStep].map(([step, one]) => [step, stepState(one)]));
  for (const id of readySteps(wanted.steps, states).ready) {
    const step = wanted.steps.find((one) => one.id === id);
    if (step && (await mayStart(engine, { run, step }))) await engine.host.send(taskId(run, id), { type: 'START' });
  }
  if (!wanted.steps.every((step) => states.get(step.id) === 'done')) return;
  if (wanted.isPart) {
    await engine.template.endProofs(engine, run);
    return void (await engine.host.send(run, { type: 'UNTIL_REACHED' }));
  }
  if (goal.kind === 'open') return tellOpened(engine, run);
  await proposeTree(engine, run);
}

const stepState = ({ state }: MachineView): StepState =>
  state === 'done' || state === 'failed' || state === 'waiting' ? state : 'active';

/** Ends the other tasks first: nothing of a failed run may still be at work. */
async function failRun(engine: Engine, run: string, tasks: readonly MachineView[], failed: MachineView): Promise<void> {
  const live = tasks.filter((one) => !one.isFinal);
  for (const one of live) if (one.state !== 'compensating') await engine.host.send(one.subject, { type: 'CANCEL' });
  if (live.length > 0) return;
  const fault: FaultRecord =
    failed.fault ?? new Fault('INTERRUPTED', `Step ${failed.subject} was called off.`).toRecord();
  await engine.host.send(run, { type: 'TASK_FAILED', fault });
}

async function parkRun(engine: Engine, run: string, parked: MachineView): Promise<void> {
  const fault =
    parked.fault ?? new Fault('WAITING_FOR_PERSON', `Step ${parked.subject} waits for a person.`).toRecord();
  await engine.template.endProofs(engine, run);
  await engine.host.send(run, { type: 'TASK_PARKED', fault });
}

async function proposeTree(engine: Engine, run: string): Promise<void> {
  const plan = planOf(engine, run);
  if (!findChangeOf(engine, run)) {
    const proposed = await snapshotSlot(engine, requireLease(engine, run));
    if (proposed === (await engine.store.treeOf(plan.base)))
      return void (await engine.host.send(run, { type: 'NOTHING_CHANGED' }));
    await draftChange(engine, run, proposed);
  }
  await engine.host.send(run, { type: 'TASKS_DONE' });
}

/** Where a change stands whose merge is off until it is proven and approved again. */
const reopened: readonly string[] = ['checking', 'gating', 'reviewing.deciding', 'changesRequested', 'conflicted'];

/** Maps where the change stands to what the run has to know. */
async function followChange(engine: Engine, view: MachineView): Promise<void> {
  const run = view.subject;
  if (!findChangeOf(engine, run)) {
    const { goal } = planOf(engine, run);
    if (goal.kind === 'restore' || goal.kind === 'submit') await draftChange(engine, run, asGitTreeId(goal.proposed));
  }
  const change = findChangeOf(engine, run)?.change;
  const at = change === undefined ? undefined : engine.host.find(change);
  if (!change || !at) return;
  const fault = at.fault ?? new Fault('CHANGE_NOT_REVIEWABLE', `${change} ended as ${at.state}.`).toRecord();
  const send = async (event: { type: string; fault?: FaultRecord }): Promise<void> =>
    void (await engine.host.send(run, { ...event }));

  if (at.state === 'drafted') {
    await supersedeOlder(engine, change);
    await engine.host.send(change, { type: 'CHECK' });
  }
  if (at.state === 'approved') await engine.host.send(change, { type: 'ENQUEUE' });

  switch (view.state) {
    case 'reviewing':
      if (
        [
          'queued.asking',
          'queued.holding',
          'merging',
          'mergeHeld',
          'merged',
          'switchHeld',
          'verified',
          'reverted',
        ].includes(at.state)
      )
        return send({ type: 'CHANGE_APPROVED' });
      break;
    case 'merging':
      if (['merged', 'switchHeld', 'verified', 'reverted'].includes(at.state)) return send({ type: 'CHANGE_MERGED' });
      if (reopened.includes(at.state)) return send({ type: 'CHANGE_REOPENED' });
      break;
    case 'verifying':
      if (at.state === 'verified') return send({ type: 'CHANGE_VERIFIED' });
      if (at.state === 'reverted') return send({ type: 'CHANGE_REVERTED', fault });
      return;
  }
  if (['rejected', 'superseded', 'abandoned'].includes(at.state)) await send({ type: 'CHANGE_REJECTED', fault });
}

/** Calls off what is left of an ended run, then closes it: instances, leases, report. */
async function endRun(engine: Engine, view: MachineView): Promise<void> {
  const run = view.subject;
  const tasks = tasksOf(engine, run).filter((one) => !one.isFinal);
  for (const one of tasks) if (one.state !== 'compensating') await engine.host.send(one.subject, { type: 'CANCEL' });
  const change = findChangeOf(engine, run)?.change;
  const at = change === undefined ? undefined : engine.host.find(change);
  const mayAbandon = at && !at.isFinal && !(await isBeyondRecall(engine, at));
  if (mayAbandon) await engine.host.send(at.subject, { type: 'ABANDON' });
  if (tasks.length > 0 || (at && !engine.host.find(at.subject)?.isFinal)) return;
  if (change !== undefined) await voidUnmerged(engine, change);
  await closeRun(engine, view);
}
