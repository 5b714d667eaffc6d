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
  refuseOtherPlan(view, answer);
  const step = answer.step ?? view.waiting?.step;
  if (step === undefined) await answerPlan(app, view, answer);
  else await app.ask('step.answer', { run, step, verdict: answer.verdict, by: personOf(app) });
  return requireRun(app, run);
}

/** What was seen is what is answered, also where it is a step of the plan. */
function refuseOtherPlan({ run, plan }: RunView, { plan: seen }: RunAnswer): void {
  if (seen === null || plan === null || plan.hash.startsWith(seen)) return;
  throw new Fault('CHANGE_MOVED', `The plan of ${run} is ${plan.hash.slice(0, 6)}, not ${seen}.`, {
    hints: [`orchestrate runs show ${run}`],
    state: 'Nothing was answered.',
  });
}

async function answerPlan(app: App, { run, plan, waiting, state }: RunView, { verdict }: RunAnswer): Promise<void> {
  if (plan === null || waiting?.what !== 'plan')
    throw new Fault('RUN_NOT_RESUMABLE', `Nothing of ${run} waits for an answer: the run is ${state}.`, {
      hints: [`orchestrate runs show ${run}`],
      state: 'Nothing was answered.',
    });
  await app.ask('run.answer', { run, verdict, planHash: plan.hash, by: personOf(app) });
}
