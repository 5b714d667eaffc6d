import type { QuestionAnswer } from '../../domain/changes/questions.ts';
import { dataOf, row } from '../../domain/journal/kinds.ts';
import type { ReviewOutput } from '../../domain/machines/change.machine.ts';
import { builtIn } from '../../domain/policy/ask.ts';
import { isNamed, principalOf } from '../../domain/policy/principals.ts';
import { saidYes } from '../../domain/runs/said-yes.ts';
import type { Engine } from '../engine.ts';
import { selfApprovedNote } from '../policy/accept.ts';
import { approvalsOf, countedRow, findApproval, type Reviewed, standingOfChange } from '../policy/approvals.ts';
import { carriedApprovals } from '../policy/carry.ts';
import { policyDigest } from '../policy/digest.ts';
import { isWayBack, mayAnswer, type Ruled, ruledOf } from '../policy/ruled.ts';
import { runOf } from '../tasks/task-view.ts';
import { type Answer, answer } from './answer.ts';
import type { Asked } from './asked.ts';
import { checkChange, isOther } from './check.ts';
import { type Drafted, draftOf } from './draft.ts';
import { type Gated, gatedOf, gateRowOf } from './gate.ts';
import { readByModel } from './read-change.ts';

/** Asks the rule reviewers and the readers that think, then decides whether a person has to. */
export async function reviewChange(engine: Engine, change: string, signal: AbortSignal): Promise<ReviewOutput> {
  const drafted = draftOf(engine, change);
  const gated = gatedOf(engine, change);
  if (!gated) throw new Error(`${change} is reviewed without a gate`);
  const checked = dataOf('change.checked', engine.ledger.latest(`check:${change}`));
  // The policy moved while it was being proven, or another tree merges than was proposed: what people are shown is what counts.
  const isMoved = checked?.policy !== undefined && checked.policy !== policyDigest(engine);
  if (isMoved || isOther(engine, change, gated)) await checkChange(engine, change, gated);
  const ruled = ruledOf(engine, change);
  const asked: Asked = { drafted, gated, gateRow: gateRowOf(engine, change) };
  const verdicts: Reviewed['verdict'][] = [];
  for (const reviewer of ruled.reviewers) verdicts.push(await askReviewer(engine, reviewer, asked));
  const read = await Promise.all(ruled.readers.map((reader) => readByModel(engine, reader, { asked, signal })));

  if (findApproval(engine, gated)) return { kind: 'approved' };
  const run = runOf(engine, drafted.run);
  // A way back leads to what was live before: whoever said yes to it is not stopped because it starts more slowly.
  const isForgiven = isWayBack(engine, drafted.run) && saidYes(run);
  // A reader that gave no answer was asked for by the policy: whoever said yes beforehand did not know that.
  const isAgainst = verdicts.includes('rejected') || read.some((verdict) => verdict !== 'approved');
  if (isAgainst && !isForgiven) return ask(engine, gated);
  await carryApprovals(engine, gated);
  await approveByRule(engine, { drafted, gated, ruled, verdicts });
  return findApproval(engine, gated) ? { kind: 'approved' } : ask(engine, gated);
}

/** A person has to answer. Where more than that is asked, what is missing is put on record. */
async function ask(engine: Engine, gated: Gated): Promise<ReviewOutput> {
  const { missing } = standingOfChange(engine, gated);
  if (missing.some((one) => one.ask.at !== builtIn)) await engine.ledger.append([countedRow(engine, gated)]);
  return { kind: 'ask' };
}

/** Writes the approvals that go along to the new base, once. */
async function carryApprovals(engine: Engine, gated: Gated): Promise<void> {
  const there = new Set(approvalsOf(engine, gated).map(({ by }) => by.name));
  const { change } = gated;
  const { run } = draftOf(engine, change);
  const rows = (await carriedApprovals(engine, gated))
    .filter(({ by }) => !there.has(by.name))
    .map((one) => row('review.answered', one, { run, keys: [`review:${change}`, `review:${change}:final`] }));
  if (rows.length > 0) await engine.ledger.append(rows);
}

/** A yes that was said beforehand, or a rule, where that may stand for a person's answer. */
async function approveByRule(
  engine: Engine,
  { drafted, gated, ruled, verdicts }: { drafted: Drafted; gated: Gated; ruled: Ruled; verdicts: readonly string[] },
): Promise<void> {
  const run = runOf(engine, drafted.run);
  const { risk } = ruled;
  const final = { drafted, gated, reviewer: 'final', verdict: 'approved', questions: [] } as const;
  // A yes beforehand cannot be meant for what decides about orchestrate itself; a way back was live before.
  if (saidYes(run) && (risk !== 'high' || isWayBack(engine, drafted.run))) {
    const yes = yesOf(engine, { drafted, ruled });
    const isThere = approvalsOf(engine, gated).some(({ by }) => by.name === yes?.by.name);
    if (yes !== undefined && !isThere) await answer(engine, { ...final, ...yes, comment: 'said yes beforehand' });
  } else if (ruled.ruleMay && verdicts.includes('approved')) {
    await answer(engine, { ...final, by: { kind: 'rule', name: `auto-merge-${risk}` }, comment: null });
  }
}

/**
 * The person whose yes it is; undefined where the policy wants something of them that a yes does not hold, they may not, or files were
 * taken again since.
 */
function yesOf(
  engine: Engine,
  { drafted, ruled }: { drafted: Drafted; ruled: Ruled },
): Pick<Answer, 'by' | 'note'> | undefined {
  const { by } = runOf(engine, drafted.run);
  if (by.kind !== 'person') return undefined;
  // It was said about what the run makes, not about what somebody put in its place later.
  if (drafted.by !== undefined) return undefined;
  if (
    !isWayBack(engine, drafted.run) &&
    ruled.asks.some(({ what }) => ['ticket', 'comment', 'signature'].includes(what))
  )
    return undefined;
  const known = principalOf(engine.config.principals, by.name);
  if (known.kind !== 'one' || !mayAnswer(engine, known.principal, drafted)) return undefined;
  const isAuthor = isNamed(known.principal, ruled.authors);
  if (isAuthor && !ruled.approvers.authorMay) return undefined;
  return {
    by: { kind: 'person', name: known.principal.name },
    ...(isAuthor ? { note: selfApprovedNote(ruled.approvers) } : {}),
  };
}

async function askReviewer(engine: Engine, reviewer: string, asked: Asked): Promise<Reviewed['verdict']> {
  const { drafted, gated } = asked;
  const known = dataOf('review.answered', engine.ledger.latest(`review:${drafted.change}:${reviewer}`));
  if (known?.base === gated.base && known.tree === gated.exact && known.policy === policyDigest(engine))
    return known.verdict;
  const tree = engine.definitions.trees.get(reviewer);
  const answers: QuestionAnswer[] = [];
  // A tree is asked what it demands of its own changes, and of others what it asks of them.
  for (const id of (reviewer === drafted.tree ? tree?.checks : tree?.questions) ?? []) {
    const one = engine.template.questions[id];
    if (one) answers.push({ id, question: one.question, ...(await one.answer(engine, asked)) });
  }
  const verdict = answers.every((one) => one.verdict === 'not-applicable')
    ? 'nothing-to-check'
    : answers.some((one) => one.verdict === 'no')
      ? 'rejected'
      : 'approved';
  await answer(engine, {
    drafted,
    gated,
    reviewer,
    by: { kind: 'rule', name: reviewer },
    verdict,
    questions: answers,
    comment: tree === undefined ? `there is no tree ${reviewer}` : null,
  });
  return verdict;
}
