import { Fault } from '../../base/fault.ts';
import type { App } from '../app.ts';
import { changeView, type ChangeView } from '../views/change-view.ts';
import type { RunView } from '../views/run-view.ts';
import { shortId } from '../views/text.ts';
import { personOf, requireRun } from './_run-output.ts';

/** Returns the change. Fault: `CHANGE_NOT_FOUND`. */
export async function requireChange(app: App, change: string): Promise<ChangeView> {
  const { ledger } = await app.installation();
  const view = changeView(ledger, change);
  if (view === undefined) throw new Fault('CHANGE_NOT_FOUND', `There is no change ${change}.`);
  return view;
}

/** States in which a person's answer means something; the supervisor has the last word. */
const answerable: Readonly<Record<'approved' | 'rejected', readonly string[]>> = {
  approved: ['reviewing.deciding'],
  rejected: ['reviewing.deciding', 'conflicted', 'changesRequested', 'queued.holding', 'mergeHeld'],
};

/**
 * Answers a change for the person who typed it. `tree` is the git tree that the person saw; null: the present one.
 * Faults: `CHANGE_NOT_FOUND`, `CHANGE_NOT_REVIEWABLE` when it does not wait for a review, `CHANGE_MOVED` when it is another tree.
 */
export async function answerReview(
  app: App,
  change: string,
  answer: { verdict: 'approved' | 'rejected'; tree: string | null; comment: string | null },
): Promise<RunView> {
  const { gate, state, run } = await requireChange(app, change);
  if (gate === null || !answerable[answer.verdict].includes(state))
    throw new Fault('CHANGE_NOT_REVIEWABLE', `${change} does not wait for a review: it is ${state}.`, {
      hints: [`orchestrate review show ${change}`],
      state: 'Nothing was answered.',
    });
  if (answer.tree !== null && !gate.exact.startsWith(answer.tree)) {
    throw new Fault('CHANGE_MOVED', `${change} now proposes the tree ${shortId(gate.exact)}, not ${answer.tree}.`, {
      hints: [`orchestrate review show ${change}`],
      state: 'Nothing was answered.',
    });
  }
  await app.ask('review.answer', {
    change,
    tree: gate.exact,
    base: gate.base,
    verdict: answer.verdict,
    comment: answer.comment,
    by: personOf(app),
  });
  return requireRun(app, run);
}
