import { Fault } from '../../base/fault.ts';
import type { App } from '../app.ts';
import type { RunView } from '../views/run-view.ts';
import { personOf, requireRun } from './_run-output.ts';

/**
 * Answers the plan of a run. `planHash` is the one that the person saw; null: the present one.
 * Faults: `RUN_NOT_FOUND`, `RUN_NOT_RESUMABLE` when no plan waits, `CHANGE_MOVED` when it is another plan.
 */
export async function answerPlan(
  app: App,
  run: string,
  answer: { verdict: 'approved' | 'rejected'; plan: string | null },
): Promise<RunView> {
  const { plan, waiting, state } = await requireRun(app, run);
  if (plan === null || waiting?.what !== 'plan')
    throw new Fault('RUN_NOT_RESUMABLE', `No plan of ${run} waits for an answer: the run is ${state}.`, {
      hints: [`orchestrate runs show ${run}`],
      state: 'Nothing was answered.',
    });
  if (answer.plan !== null && !plan.hash.startsWith(answer.plan))
    throw new Fault('CHANGE_MOVED', `The plan of ${run} is ${plan.hash.slice(0, 6)}, not ${answer.plan}.`, {
      hints: [`orchestrate runs show ${run}`],
      state: 'Nothing was answered.',
    });
  await app.ask('run.answer', { run, verdict: answer.verdict, planHash: plan.hash, by: personOf(app) });
  return requireRun(app, run);
}
