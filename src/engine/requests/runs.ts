import { Fault } from '../../base/fault.ts';
import type { Actor } from '../../domain/journal/actor.ts';
import { dataOf, row } from '../../domain/journal/kinds.ts';
import { untilStep } from '../../domain/plans/schedule.ts';
import type { RunOptions } from '../../domain/runs/options.ts';
import { abandonChangeOf } from '../changes/abandon.ts';
import { findChangeOf } from '../changes/draft.ts';
import { acceptedAddress } from '../changes/pinned-address.ts';
import { hasNewFiles, redraftChange } from '../changes/redraft.ts';
import type { Engine } from '../engine.ts';
import type { Beside, MachineView } from '../machines/host.ts';
import { requirePerson } from '../policy/answerer.ts';
import { deliverAgain } from '../restore/deliver-again.ts';
import { mendPoints } from '../restore/mend.ts';
import { createRun } from '../runs/create-run.ts';
import { mayDraft } from '../runs/understand-or-draft.ts';
import { understandRun } from '../runs/understand-run.ts';
import { requireMine } from '../scale/claims.ts';
import { raisedBudget } from '../spending/raise-budget.ts';
import { acceptFingerprint } from '../tasks/tamper.ts';
import { planOf } from '../tasks/task-view.ts';
import { accepted, type Handlers, sendAnswered } from './handler.ts';

export const runRequests: Handlers<'run.start' | 'restore.start' | 'run.answer' | 'run.resume' | 'run.cancel'> = {
  async 'run.start'(engine, { goal, options, by, emergency }, request) {
    // A goal that nobody understands makes no run, unless a model is to plan it.
    await requireUnderstood(engine, goal, options);
    if (options.unsandboxed === true) requirePerson(by, 'programs without a wall');
    const because = emergency === undefined ? {} : { emergency };
    await createRun(engine, { goal, kind: 'work', options, by, request, restore: null, ...because });
  },

  async 'restore.start'(engine, { kind, to, options, by }, request) {
    // A way back that somebody took away is looked for before it is needed.
    await mendPoints(engine);
    await deliverAgain(engine);
    const goal = kind === 'undo' ? 'undo' : `restore to ${to}`;
    await createRun(engine, { goal, kind, options, by, request, restore: to });
  },

  async 'run.answer'(engine, { run, verdict, planHash, by }, id) {
    requirePerson(by, `the plan of ${run}`);
    const view = requireOpenRun(engine, run);
    requireMine(engine, run, by);
    if (view.state !== 'awaitingApproval')
      throw new Fault('RUN_NOT_RESUMABLE', `${run} does not wait for an answer to its plan: it is ${view.state}.`);
    const { hash } = planOf(engine, run);
    if (hash !== planHash)
      throw new Fault('CHANGE_MOVED', `The plan of ${run} is another one now.`, {
        hints: [`orchestrate runs show ${run}`],
      });
    const answered = row(
      'plan.answered',
      { run, hash, verdict, by, reason: 'a person answered' },
      { run, keys: [`plan-answer:${run}`] },
    );
    await sendAnswered(
      engine,
      run,
      { type: verdict === 'approved' ? 'APPROVE' : 'REJECT' },
      { rows: [answered], answers: accepted(id, run, `The plan of ${run} is ${verdict}.`) },
    );
  },

  async 'run.resume'(engine, { run, budgetMicroUsd, by }, id) {
    const view = requireOpenRun(engine, run);
    requireMine(engine, run, by);
    const raised = budgetMicroUsd === undefined ? [] : [raisedBudget(engine, { run, microUsd: budgetMicroUsd, by })];
    const change = findChangeOf(engine, run)?.change;
    const at = change === undefined ? undefined : engine.host.find(change);
    // `--until` is lifted only by a resume after it was reached, not by one after a disk was full on the way.
    const last = dataOf('machine.moved', engine.ledger.latest(`machine:${run}`));
    const keys = [`resume-of:${run}`, ...(last?.event['type'] === 'UNTIL_REACHED' ? [`resumed:${run}`] : [])];
    const resumed = row('run.resumed', { run, by }, { run, keys });
    const beside: Beside = { rows: [...raised, resumed], answers: accepted(id, run, `${run} goes on.`) };
    if (view.state === 'paused') {
      if (view.fault?.code === 'TREE_TAMPERED') await acceptTampered(engine, run, by);
      for (const task of engine.host.all('task')) {
        if (task.subject.startsWith(`${run}.`) && task.state === 'parked')
          await engine.host.send(task.subject, { type: 'RESUME' });
      }
      await sendAnswered(engine, run, { type: 'RESUME' }, beside);
    } else if (at && (await resumesByRedraft(engine, at, run, by))) {
      await redraftChange(engine, at, by, beside);
    } else if (at && ['queued.holding', 'mergeHeld', 'switchHeld', 'conflicted'].includes(at.state)) {
      if (at.fault?.code === 'TREE_TAMPERED') await acceptTampered(engine, run, by);
      const address = acceptedAddress(at.fault, { kind: 'person', name: by.name });
      if (address !== undefined) requirePerson(by, `the address of ${run}`);
      const rows = [...(beside.rows ?? []), ...(address === undefined ? [] : [address])];
      await sendAnswered(engine, at.subject, { type: 'RETRY' }, { ...beside, rows });
    } else {
      throw new Fault(
        'RUN_NOT_RESUMABLE',
        `${run} is ${view.state}${at ? `, ${at.subject} is ${at.state}` : ''}: there is nothing to resume.`,
        { hints: [`orchestrate runs show ${run}`] },
      );
    }
  },

  async 'run.cancel'(engine, { run }, id) {
    const view = requireOpenRun(engine, run);
    if (!(await abandonChangeOf(engine, run)))
      throw new Fault('RUN_FINISHED', `${run} is merging, or has merged, and finishes that first.`, {
        hints: [`orchestrate runs resume ${run}`, 'orchestrate undo   (when it is done)'],
      });
    const sentence = `${run} is called off; the branch and production are as they were.`;
    await sendAnswered(engine, view.subject, { type: 'CANCEL' }, { answers: accepted(id, run, sentence) });
  },
};

/** Where changes were asked for, or a conflict was worked on, going on means: take the files again. Only a person hands them in. */
async function resumesByRedraft(engine: Engine, at: MachineView, run: string, by: Actor): Promise<boolean> {
  if (at.state !== 'changesRequested' && at.state !== 'conflicted') return false;
  if (planOf(engine, run).goal.kind === 'restore') return false;
  // They were told what changed in home's git files, and go on.
  const told = engine.ledger.latest(`tamper:${run}`)?.seq ?? 0;
  if (told > (engine.ledger.latest('fingerprint')?.seq ?? 0)) await acceptTampered(engine, run, by);
  const isNew =
    at.state === 'changesRequested' ||
    (at.fault?.code === 'CHANGE_CONFLICT' && (await hasNewFiles(engine, at.subject)));
  if (isNew) requirePerson(by, at.subject);
  return isNew;
}

/** A person was told what changed in home's git files, and goes on. Fault: `REVIEW_SELF`. */
async function acceptTampered(engine: Engine, run: string, by: Actor): Promise<void> {
  requirePerson(by, run);
  await acceptFingerprint(engine, { kind: 'person', name: by.name }, run);
}

async function requireUnderstood(engine: Engine, goal: string, options: RunOptions): Promise<void> {
  try {
    const { playbook } = understandRun(engine, goal, { asked: options.playbook, given: options.inputs });
    if (options.until !== null) untilStep(playbook.steps, options.until);
  } catch (error) {
    if (!(error instanceof Fault) || !(await mayDraft(engine, error, { options }))) throw error;
  }
}

/** The run, while it goes on. Faults `RUN_NOT_FOUND`, `RUN_FINISHED`. */
export function requireOpenRun(engine: Engine, run: string) {
  const view = engine.host.find(run);
  if (view && !view.isFinal) return view;
  if (!engine.ledger.latest(`run:${run}`)) throw new Fault('RUN_NOT_FOUND', `There is no run ${run}.`);
  throw new Fault('RUN_FINISHED', `${run} has ended.`, { hints: [`orchestrate runs show ${run}`] });
}
