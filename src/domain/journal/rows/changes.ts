import type { FaultRecord } from '../../../base/fault.ts';
import type { Evidence, EvidencePart } from '../../changes/evidence.ts';
import type { Finding } from '../../changes/finding.ts';
import type { QuestionAnswer } from '../../changes/questions.ts';
import type { PackageMove } from '../../plans/plan.ts';
import type { ApprovalSignature } from '../../policy/approval-message.ts';
import type { MergeTime, PolicyAsk, TierReason } from '../../policy/rules.ts';
import type { Actor } from '../actor.ts';

/** Changes: what is proposed, proven, answered, merged and switched to. */
export interface ChangeRows {
  /** [`evidence:<key>:<part>`] */
  'evidence.recorded': { readonly evidence: Evidence };
  /** [`change:<change>`, `change-of:<run>`] Once for each draft: the newest row is what is proposed. */
  'change.drafted': {
    readonly change: string;
    /** Counts the drafts from 1; absent in the first. */
    readonly draft?: number;
    /** Who had the files taken again; absent in the first draft. */
    readonly by?: Actor;
    readonly run: string;
    readonly tree: string;
    readonly base: string;
    /** What is proposed is compared with this: the tree of `base`, with the files of a conflict that was solved as the branch had them. */
    readonly baseTree: string;
    /** The git tree that is proposed, on `baseTree`. */
    readonly proposed: string;
    readonly title: string;
    readonly risk: 'low' | 'medium' | 'high';
    readonly authors: readonly string[];
    readonly paths: readonly { readonly path: string; readonly kind: 'added' | 'changed' | 'removed' }[];
  };
  /** [`check:<change>`] */
  'change.checked': {
    readonly change: string;
    readonly outsideScope: readonly string[];
    readonly reviewers: readonly string[];
    readonly risk: 'low' | 'medium' | 'high';
    readonly why: readonly string[];
    /** Policy under which it was checked; absent in old rows, like all below. */
    readonly policy?: string;
    /** Where the merge goes beside home: first, as a proposal, or after home; `address` null: it leads nowhere that is used. */
    readonly sendsTo?: {
      readonly address: string | null;
      readonly branch: string;
      readonly how: 'before' | 'proposal' | 'after';
    } | null;
    /** The commit and the git tree on it that were looked at; absent: what was proposed. */
    readonly base?: string;
    readonly exact?: string;
    /** What it touches there. */
    readonly paths?: readonly string[];
    /** What it touches by meaning, see `footprint.ts`. */
    readonly facts?: readonly string[];
    /** Bytes of the files that it adds or changes, as they are after it. */
    readonly sizeBytes?: number;
    /** What raised the tier, and who says so. */
    readonly tiers?: readonly TierReason[];
    /** What has to be there before it merges, and who says so. */
    readonly asks?: readonly PolicyAsk[];
  };
  /** [`gate:<change>`] The tree that would become the branch, and what proves it. */
  'change.gated': {
    readonly change: string;
    readonly base: string;
    readonly exact: string;
    readonly environment: string;
    readonly components: string;
    readonly evidenceKey: string;
    /** Keys of single parts, which may have been proven on the CPU instead of the card; absent in old rows. */
    readonly evidenceKeys?: Readonly<Partial<Record<EvidencePart, string>>>;
    /** What the template proves; absent: the parts of ComfyUI. */
    readonly parts?: readonly EvidencePart[];
    readonly reused: readonly string[];
    readonly verdict: 'proven' | 'conflict' | 'failed';
    readonly fault: FaultRecord | null;
    readonly notProven: readonly string[];
    readonly durationMs: number;
  };
  /**
   * [`exact:<base>:<onto>:<proposed>`, `regenerated:<change>`, `regenerated-tree:<change>:<exact>`] The change was put onto a tree that
   * had moved, and files were merged by what they say or made anew. All five are git trees.
   */
  'change.regenerated': {
    readonly change: string;
    readonly base: string;
    readonly onto: string;
    readonly proposed: string;
    readonly exact: string;
    /** `from`: what it was made from. */
    readonly files: readonly {
      readonly path: string;
      readonly how: 'anew' | 'by package' | 'by component';
      readonly from: readonly string[];
    }[];
    /** What the change does to the packages of `onto`; null where the lock was not made anew. */
    readonly moves: readonly PackageMove[] | null;
    /** Packages that are neither where a side put them nor where they were. */
    readonly others: readonly PackageMove[];
    readonly warnings: readonly string[];
  };
  /** [`review:<change>:<reviewer>`, `review:<change>`] */
  'review.answered': {
    readonly change: string;
    readonly base: string;
    readonly tree: string;
    readonly policy: string;
    readonly reviewer: string;
    readonly by: Actor;
    readonly verdict: 'approved' | 'rejected' | 'changes-requested' | 'nothing-to-check';
    readonly questions: readonly QuestionAnswer[];
    readonly comment: string | null;
    /** When it may merge; absent: now. */
    readonly when?: MergeTime;
    readonly ticket?: string | null;
    /** The login that gave it, where it is not the name of the person. */
    readonly login?: string;
    readonly signature?: ApprovalSignature | null;
    /** What was passed over, as sentences; the follow-up is `glass.broken`. */
    readonly brokeGlass?: readonly string[];
    /** Why the author may have approved, e.g. `self-approved: only principal`. */
    readonly note?: string;
    /** Journal row of the approval that was given for another base, and carried to this one. */
    readonly carriedFrom?: number;
    /** What a reader that thinks found. */
    readonly findings?: readonly Finding[];
    /** Who read it, where a model did; `isWhole`: the whole diff fitted. */
    readonly read?: {
      readonly provider: string;
      readonly model: string;
      readonly conversation: string;
      readonly isWhole: boolean;
    };
  };
  /** [`unanswered:<change>`] A reader that thinks gave no answer on this base and tree: neither yes nor no. */
  'review.unanswered': {
    readonly change: string;
    readonly base: string;
    readonly tree: string;
    readonly reviewer: string;
    readonly fault: FaultRecord;
  };
  /** [`hurried:<change>`] A person who may approve wants it merged now, though `--tonight` was said before. */
  'change.hurried': {
    readonly change: string;
    readonly base: string;
    readonly tree: string;
    readonly by: Actor;
    readonly comment: string | null;
  };
  /** [`held:<change>`] */
  'change.held': { readonly change: string; readonly fault: FaultRecord };
  /** [`branch`] */
  'branch.moved': { readonly ref: string; readonly from: string; readonly to: string; readonly change: string };
  /** [`home:<change>`] */
  'home.applied': {
    readonly change: string;
    readonly written: readonly string[];
    readonly kept: readonly string[];
    readonly indexRefreshed: boolean;
  };
  /** [`switching:<change>`] `from` is the instance that was production. */
  'switch.started': { readonly change: string; readonly from: string; readonly base: string };
  /** [`switch:<change>`] */
  'service.switched': {
    readonly change: string;
    readonly outcome: 'switched' | 'not-running' | 'unaffected' | 'reverted';
    readonly instance: string | null;
    readonly downMs: number | null;
    /** Null: the template knows of nothing that waits. */
    readonly requeued: number | null;
    readonly reason: string | null;
    /** What of `watch.ended` may be claimed; absent in old rows, and where nothing was watched. */
    readonly watched?: { readonly ms: number; readonly nAnswers: number; readonly isInterrupted: boolean };
  };
  /**
   * [`watching:<change>`] The new production was proven, `provenAtMs` in milliseconds since 1970, and is watched for `limitMs`
   * from then on. `downMs` is of the switch. Its pending prompts are queued again after this row.
   */
  'watch.started': {
    readonly change: string;
    readonly instance: string;
    readonly provenAtMs: number;
    readonly limitMs: number;
    readonly downMs: number;
  };
  /**
   * [`watched:<change>`] How the watch ended. `ms`: from the proof to the last look, of an absence no more than the limit. `nAnswers` are those
   * that were seen since it was taken up last; `isInterrupted`: it had been begun before, by a process that was killed. `reason` is null where it held.
   */
  'watch.ended': {
    readonly change: string;
    readonly instance: string;
    readonly outcome: 'held' | 'ended' | 'silent';
    readonly ms: number;
    readonly nAnswers: number;
    readonly isInterrupted: boolean;
    readonly reason: string | null;
  };
}
