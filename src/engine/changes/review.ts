import { canonicalJson } from '../../base/json.ts';
import type { QuestionAnswer } from '../../domain/changes/questions.ts';
import { dataOf, type JournalKinds, row } from '../../domain/journal/kinds.ts';
import type { ReviewOutput } from '../../domain/machines/change.machine.ts';
import type { Engine } from '../engine.ts';
import { runOf } from '../tasks/task-view.ts';
import type { Asked } from './asked.ts';
import { type Drafted, draftOf } from './draft.ts';
import { type Gated, gatedOf, gateRowOf } from './gate.ts';

export type Reviewed = JournalKinds['review.answered'];

/** Names the policy under which an approval was given: another policy, another approval. */
export const policyDigest = (engine: Engine): string =>
  engine.outside.digest.sha256(canonicalJson(engine.config.policy)).slice(0, 12);

/** The approval of a person or rule for exactly this base, tree and policy. */
export function findApproval(engine: Engine, gated: Gated): Reviewed | undefined {
  const rows = engine.ledger.read({ key: `review:${gated.change}`, descending: true });
  const policy = policyDigest(engine);
  return rows
    .map((entry) => dataOf('review.answered', entry))
    .find(
      (one) =>
        one?.reviewer === 'final' &&
        one.verdict === 'approved' &&
        one.base === gated.base &&
        one.tree === gated.exact &&
        one.policy === policy,
    );
}

/** Asks the rule reviewers, then decides whether a person has to. */
export async function reviewChange(engine: Engine, change: string): Promise<ReviewOutput> {
  const drafted = draftOf(engine, change);
  const gated = gatedOf(engine, change);
  if (!gated) throw new Error(`${change} is reviewed without a gate`);
  const checked = dataOf('change.checked', engine.ledger.latest(`check:${change}`));
  const asked: Asked = { drafted, gated, gateRow: gateRowOf(engine, change) };
  const verdicts: Reviewed['verdict'][] = [];
  for (const reviewer of checked?.reviewers ?? []) verdicts.push(await askReviewer(engine, reviewer, asked));

  if (findApproval(engine, gated)) return { kind: 'approved' };
  const run = runOf(engine, drafted.run);
  // A way back leads to what was live before: whoever said yes to it is not stopped because it starts more slowly.
  const isWayBack = run.kind !== 'work';
  if (verdicts.includes('rejected') && !(isWayBack && run.options.yes)) return { kind: 'ask' };
  const risk = checked?.risk ?? 'high';
  const byRule = risk !== 'high' && engine.config.policy.autoMerge.includes(risk) && verdicts.includes('approved');
  // A yes beforehand cannot be meant for what decides about orchestrate itself; a way back was live before.
  if (run.options.yes && (risk !== 'high' || run.kind !== 'work')) {
    await answer(engine, {
      drafted,
      gated,
      reviewer: 'final',
      by: run.by,
      verdict: 'approved',
      questions: [],
      comment: 'said yes beforehand',
    });
    return { kind: 'approved' };
  }
  if (byRule) {
    await answer(engine, {
      drafted,
      gated,
      reviewer: 'final',
      by: { kind: 'rule', name: `auto-merge-${risk}` },
      verdict: 'approved',
      questions: [],
      comment: null,
    });
    return { kind: 'approved' };
  }
  return { kind: 'ask' };
}

async function askReviewer(engine: Engine, reviewer: string, asked: Asked): Promise<Reviewed['verdict']> {
  const { drafted, gated } = asked;
  const known = dataOf('review.answered', engine.ledger.latest(`review:${drafted.change}:${reviewer}`));
  if (known?.base === gated.base && known.tree === gated.exact && known.policy === policyDigest(engine))
    return known.verdict;
  const tree = engine.definitions.trees.get(reviewer);
  const answers: QuestionAnswer[] = [];
  for (const id of tree?.questions ?? []) {
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
    comment: null,
  });
  return verdict;
}

/** Writes one answer on exactly this base, tree and policy. */
export async function answer(
  engine: Engine,
  options: {
    drafted: Drafted;
    gated: Gated;
    reviewer: string;
    by: Reviewed['by'];
    verdict: Reviewed['verdict'];
    questions: readonly QuestionAnswer[];
    comment: string | null;
  },
): Promise<void> {
  await engine.ledger.append([answerRow(engine, options)]);
}

export function answerRow(engine: Engine, options: Parameters<typeof answer>[1]) {
  const { drafted, gated, reviewer, by, verdict, comment } = options;
  const data: Reviewed = {
    change: drafted.change,
    base: gated.base,
    tree: gated.exact,
    policy: policyDigest(engine),
    reviewer,
    by,
    verdict,
    questions: options.questions,
    comment,
  };
  return row('review.answered', data, {
    run: drafted.run,
    keys: [`review:${drafted.change}`, `review:${drafted.change}:${reviewer}`],
  });
}
