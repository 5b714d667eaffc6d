import { Fault, type FaultRecord } from '../../base/fault.ts';
import { asGitTreeId } from '../../base/ids.ts';
import { isBeyondRecall } from '../changes/beyond-recall.ts';
import { draftChange, findChangeOf } from '../changes/draft.ts';
import { voidUnmerged } from '../changes/merge.ts';
import { supersedeOlder } from '../changes/supersede.ts';
import type { Engine } from '../engine.ts';
import type { MachineView } from '../machines/host.ts';
import { snapshotSlot, requireLease } from '../tasks/slot.ts';
import { planOf } from '../tasks/task-view.ts';
import { closeRun } from './close.ts';
import { executeSteps } from './execute-steps.ts';
import { tellOpened } from './opened.ts';
import { takeBack } from './take-back.ts';
import { tasksOf } from './tasks-of.ts';

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
      return executeRun(engine, view);
    case 'paused':
      return;
    case 'reviewing':
    case 'merging':
    case 'verifying':
      return followChange(engine, view);
  }
}

async function executeRun(engine: Engine, view: MachineView): Promise<void> {
  const run = view.subject;
  // A way back that a person had to say yes to: its tree is there already.
  const { goal } = planOf(engine, run);
  if (goal.kind === 'restore' || goal.kind === 'submit')
    return void (await engine.host.send(run, { type: 'TASKS_DONE' }));
  const at = await executeSteps(engine, view);
  if (at === 'going') return;
  if (at === 'part-done') {
    await engine.template.endProofs(engine, run);
    return void (await engine.host.send(run, { type: 'UNTIL_REACHED' }));
  }
  if (goal.kind === 'open') return tellOpened(engine, run);
  await proposeTree(engine, run);
}

async function proposeTree(engine: Engine, run: string): Promise<void> {
  const plan = planOf(engine, run);
  // Every step was left out: nobody took a slot.
  if (!engine.leases.find(run)) return void (await engine.host.send(run, { type: 'NOTHING_CHANGED' }));
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

/** Calls off what is left of an ended run, takes back what its steps did, then closes it: instances, leases, report. */
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
  if (!(await takeBack(engine, view))) return;
  await closeRun(engine, view);
}
