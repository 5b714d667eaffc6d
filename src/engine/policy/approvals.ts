import { dataOf, type JournalKinds, row } from '../../domain/journal/kinds.ts';
import { type Approval, type Standing, standingOf } from '../../domain/policy/standing.ts';
import type { Gated } from '../changes/gate.ts';
import type { EngineContext } from '../context.ts';
import { policyDigest } from './digest.ts';
import { ruledOf } from './ruled.ts';

export type Reviewed = JournalKinds['review.answered'];

/** A final answer with its place in the journal. */
export interface Answered extends Reviewed {
  readonly row: number;
}

/** Every approval that counts as the last word, on whatever tree, oldest first. */
export function finalApprovals({ ledger }: Pick<EngineContext, 'ledger'>, change: string): readonly Answered[] {
  return ledger.read({ key: `review:${change}` }).flatMap((entry) => {
    const data = dataOf('review.answered', entry);
    return data?.reviewer === 'final' && data.verdict === 'approved' ? [{ ...data, row: entry.seq }] : [];
  });
}

type Exactly = Pick<Gated, 'change' | 'base' | 'exact'>;

/** Approvals of exactly this base, tree and policy, oldest first. */
export function approvalsOf(context: EngineContext, { change, base, exact }: Exactly): readonly Answered[] {
  const policy = policyDigest(context);
  return finalApprovals(context, change).filter(
    (one) => one.base === base && one.tree === exact && one.policy === policy,
  );
}

export const approvalOf = (one: Answered): Approval => ({
  row: one.row,
  by: one.by,
  when: one.when ?? 'now',
  ticket: one.ticket ?? null,
  comment: one.comment,
  isSigned: one.signature !== undefined && one.signature !== null,
  brokeGlass: one.brokeGlass !== undefined,
});

/** Whether the approvals on record are enough; `more` are about to be written. */
export function standingOfChange(context: EngineContext, gated: Exactly, more: readonly Approval[] = []): Standing {
  const { asks, approvers, ruleMay } = ruledOf(context, gated.change);
  const given = [...approvalsOf(context, gated).map(approvalOf), ...more];
  return standingOf(asks, given, { approvers, ruleMay });
}

/** The newest approval of exactly this base, tree and policy, when all that has to be there is. */
export function findApproval(context: EngineContext, gated: Gated): Reviewed | undefined {
  const found = approvalsOf(context, gated).at(-1);
  return found !== undefined && standingOfChange(context, gated).isEnough ? found : undefined;
}

/** How the record that leaves the machine names those who approved what merges, each once, and who broke the glass for it. */
export interface ApprovedBy {
  readonly reviewedBy: readonly string[];
  readonly brokeGlass: readonly string[];
}

/** Of the approvals on exactly this base and tree: all that are on record when it merges counted. */
export function approvedBy(context: EngineContext, exactly: Exactly): ApprovedBy {
  const given = finalApprovals(context, exactly.change).filter(
    (one) => one.base === exactly.base && one.tree === exactly.exact,
  );
  const now = given.filter((one) => one.policy === policyDigest(context));
  // The merge itself may have brought another policy: then those of before are those that counted.
  const counted = now.length > 0 ? now : given.filter((one) => one.policy === given.at(-1)?.policy);
  const reviewedBy = counted.map(({ by, carriedFrom }) =>
    carriedFrom === undefined ? `${by.name} (${by.kind})` : `${by.name} (${by.kind}, carried from #${carriedFrom})`,
  );
  return {
    reviewedBy: reviewedBy.length === 0 ? ['nobody'] : [...new Set(reviewedBy)],
    brokeGlass: [...new Set(counted.filter((one) => one.brokeGlass !== undefined).map(({ by }) => by.name))],
  };
}

/** What there is and what is missing, as the row that people are shown. */
export function countedRow(context: EngineContext, gated: Exactly, more: readonly Approval[] = []) {
  const { change, base, exact } = gated;
  const given = [...approvalsOf(context, gated).map(approvalOf), ...more].filter(({ by }) => by.kind === 'person');
  const { missing } = standingOfChange(context, gated, more);
  const names = [...new Set(given.map(({ by }) => by.name))];
  return row(
    'approval.counted',
    { change, base, tree: exact, policy: policyDigest(context), given: names, missing },
    { keys: [`counted:${change}`] },
  );
}
