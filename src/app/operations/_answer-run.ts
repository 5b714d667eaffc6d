import { Fault } from '../../base/fault.ts';
import type { App } from '../app.ts';
import type { RunView } from '../views/run-view.ts';
import { personOf, requireRun } from './_run-output.ts';

export interface RunAnswer {
  readonly verdict: 'approved' | 'rejected';
  /** First digits of the plan that the person saw; null: the present one. */
  readonly plan: string | null;
  /** The step that is answered; null: the one that the run waits for. */
  readonly step: string | null;
}

/**
 * Answers whatever a run asks a person before it goes on: its plan, or one of its steps. Faults: `RUN_NOT_FOUND`,
 * `RUN_NOT_RESUMABLE` when nothing waits, `CHANGE_MOVED` when it is another plan, `STEP_NOT_ASKED`.
 */
export async function answerRun(app: App, run: string, answer: RunAnswer): Promise<RunView> {
  const view = await requireRun(app, run);
  const step = answer.step ?? view.waiting?.step;
  if (step === undefined) await answerPlan(app, view, answer);
  else await app.ask('step.answer', { run, step, verdict: answer.verdict, by: personOf(app) });
  return requireRun(app, run);
}

async function answerPlan(app: App, view: RunView, answer: RunAnswer): Promise<void> {
  const { run, plan, waiting, state } = view;
  if (plan === null || waiting?.what !== 'plan')
    throw new Fault('RUN_NOT_RESUMABLE', `Nothing of ${run} waits for an answer: the run is ${state}.`, {
      hints: [`orchestrate runs show ${run}`],
      state: 'Nothing was answered.',
    });
  if (answer.plan !== null && !plan.hash.startsWith(answer.plan))
    throw new Fault('CHANGE_MOVED', `The plan of ${run} is ${plan.hash.slice(0, 6)}, not ${answer.plan}.`, {
      hints: [`orchestrate runs show ${run}`],
      state: 'Nothing was answered.',
    });
  await app.ask('run.answer', { run, verdict: answer.verdict, planHash: plan.hash, by: personOf(app) });
}
