import { Fault } from '../../base/fault.ts';
import { absolutePath } from '../../base/paths.ts';
import { takesVerdict, type Verdict } from '../../domain/changes/verdict.ts';
import { approvalMessage, approvalNamespace } from '../../domain/policy/approval-message.ts';
import type { MergeTime } from '../../domain/policy/rules.ts';
import { policyDigest } from '../../engine/policy/digest.ts';
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

/** Where an approval comes too late, the supervisor says whose was first. */
const approvedBefore: readonly string[] = ['approved', 'queued.asking', 'queued.holding'];

const mayAnswer = (verdict: Verdict, state: string): boolean =>
  takesVerdict[verdict].includes(state) || (verdict === 'approved' && approvedBefore.includes(state));

export interface ReviewAnswer {
  readonly verdict: Verdict;
  /** The git tree that the person saw; null: the present one. */
  readonly tree: string | null;
  /** The commit that it was on; null: the present one. */
  readonly base: string | null;
  readonly comment: string | null;
  readonly when?: MergeTime;
  readonly ticket?: string | null;
  /** Key file to sign with. */
  readonly sign?: string | null;
  readonly breakGlass?: boolean;
}

/**
 * Answers a change for the person who typed it.
 * Faults: `CHANGE_NOT_FOUND`, `CHANGE_NOT_REVIEWABLE` when it does not wait for a review, `CHANGE_MOVED` when it is another tree, and
 * those of an approval that the policy does not take.
 */
export async function answerReview(app: App, change: string, answer: ReviewAnswer): Promise<RunView> {
  const { verdict, when = 'now', ticket = null, sign = null, breakGlass = false } = answer;
  const { gate, state, run } = await requireChange(app, change);
  if (gate === null || !mayAnswer(verdict, state))
    throw new Fault('CHANGE_NOT_REVIEWABLE', `${change} does not wait for a review: it is ${state}.`, {
      hints: [`orchestrate review show ${change}`],
      state: 'Nothing was answered.',
    });
  requireSeen(change, gate, answer);
  const exactly = { change, tree: gate.exact, base: gate.base };
  const signature = sign === null ? null : await signApproval(app, sign, { ...exactly, when, ticket });
  await app.ask('review.answer', {
    ...exactly,
    verdict,
    comment: answer.comment,
    by: personOf(app),
    when,
    ticket,
    signature,
    breakGlass,
  });
  return requireRun(app, run);
}

/** Asks that an approved change merges now. */
export async function mergeNow(
  app: App,
  change: string,
  options: Required<Pick<ReviewAnswer, 'tree' | 'base' | 'comment' | 'sign' | 'breakGlass'>>,
): Promise<RunView> {
  const { gate, state, run } = await requireChange(app, change);
  if (gate === null || !['reviewing.deciding', 'queued.holding', 'mergeHeld'].includes(state))
    throw new Fault('CHANGE_NOT_REVIEWABLE', `${change} does not wait to be merged: it is ${state}.`, {
      hints: [`orchestrate review show ${change}`],
      state: 'Nothing was changed.',
    });
  requireSeen(change, gate, options);
  const exactly = { change, tree: gate.exact, base: gate.base };
  const { sign, comment, breakGlass } = options;
  const signature = sign === null ? null : await signApproval(app, sign, { ...exactly, when: 'now', ticket: null });
  await app.ask('review.merge', { ...exactly, signature, comment, breakGlass, by: personOf(app) });
  return requireRun(app, run);
}

function requireSeen(
  change: string,
  gate: NonNullable<ChangeView['gate']>,
  { tree, base }: Pick<ReviewAnswer, 'tree' | 'base'>,
): void {
  const refused = (message: string): Fault =>
    new Fault('CHANGE_MOVED', message, {
      hints: [`orchestrate review show ${change}`],
      state: 'Nothing was answered.',
    });
  if (tree !== null && !gate.exact.startsWith(tree))
    throw refused(`${change} now proposes the tree ${shortId(gate.exact)}, not ${tree}.`);
  if (base !== null && !gate.base.startsWith(base))
    throw refused(`${change} now is on ${shortId(gate.base)}, not on ${shortId(base)}.`);
}

async function signApproval(
  app: App,
  keyFile: string,
  said: { change: string; base: string; tree: string; when: MergeTime; ticket: string | null },
): Promise<string> {
  const { config } = await app.installation();
  const policy = policyDigest({ config, outside: app.outside });
  return app.outside.signatures.sign({
    keyFile: absolutePath(app.cwd, keyFile),
    namespace: approvalNamespace,
    message: approvalMessage({ ...said, policy, verdict: 'approved' }),
    agent: app.outside.host.sshAgent,
  });
}
