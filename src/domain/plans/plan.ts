import type { CommitId, GitTreeId, PlanHash } from '../../base/ids.ts';
import type { Json, JsonObject } from '../../base/json.ts';
import type { SourceFound } from '../changes/source.ts';
import type { BrokenPromise } from '../environments/promises.ts';
import type { Thinks } from './thinking.ts';

export interface PackageMove {
  readonly name: string;
  readonly from: string | null;
  readonly to: string | null;
}

export interface RejectedVersion {
  readonly name: string;
  readonly version: string;
  /** `the newest that fits is newer`, `needs numpy<2, and …`, as one clause. */
  readonly why: string;
}

/** A file of home that the plan writes: its whole text, or null where it goes. */
export interface PlannedFile {
  /** Relative to home, with `/`. */
  readonly path: string;
  readonly text: string | null;
}

export interface PlannedStep {
  readonly id: string;
  readonly title: string;
  readonly action: string;
  readonly agent: string;
  readonly needs: readonly string[];
  /** Arguments with every reference filled in: what is shown is what is executed. */
  readonly with: JsonObject;
  readonly timeoutMs: number;
  readonly retries: number;
  /** Conditions that have to hold before it starts; absent in plans of a version that knew none. */
  readonly waitsFor?: readonly string[];
  readonly waitAtMostMs?: number;
  /** Arguments that read what earlier steps reported, as they are written; filled in when it starts. */
  readonly late?: Readonly<Record<string, string>>;
  /** Where it does not hold the step is left out; `holds` is null where only the run can tell. */
  readonly when?: { readonly text: string; readonly holds: boolean | null };
  /** It is done once for each of these; `items` is null where only the run can tell. */
  readonly forEach?: { readonly text: string; readonly items: readonly Json[] | null };
  readonly check?: string;
  readonly approval?: string;
  /** Where it holds nobody is asked; `holds` is null where only the run can tell. */
  readonly approvalUnless?: { readonly text: string; readonly holds: boolean | null };
  readonly compensate?: PlannedCompensation;
  /** Set where its agent thinks. */
  readonly thinks?: Thinks;
  /** Set where it is one of those that a `forEach` step became: that step, and the thing it is done for. */
  readonly of?: string;
  readonly item?: Json;
}

/** What takes a step back. */
export type PlannedCompensation = Pick<PlannedStep, 'action' | 'agent' | 'with' | 'late' | 'timeoutMs'>;

export interface PlanEstimates {
  /** Exact where the index tells sizes, else null. */
  readonly downloadBytes: number | null;
  readonly diskBytes: number | null;
  readonly diskFreeBytes: number;
  readonly minutes: number;
  readonly productionDownSeconds: number;
  /** What language models may cost in it: it pauses and asks there. */
  readonly costUsd: number;
  /** No budget of a run or a day is set: `costUsd` is what it is likely to cost. */
  readonly costIsLikely?: true;
}

/**
 * `work`: steps in a slot give the tree. `restore`: the tree of a restore point is brought back. `submit`: somebody's own
 * work, taken as it was when the plan was made. `open`: a slot for a person; no tree is proposed.
 */
export type PlanGoal =
  | { readonly kind: 'work' }
  | {
      readonly kind: 'restore';
      /** Names the new restore point: `undo upgrade torch 2.10.0 → 2.11.0`. */
      readonly title: string;
      /** Restore point whose state comes back, e.g. `0006-upgrade-pytorch`. */
      readonly to: string;
      readonly commit: CommitId;
      /** The git tree that becomes the branch's: the old one, with later commits made by hand kept on an undo. */
      readonly proposed: GitTreeId;
      /** Restore points whose merges are dropped, newest first. */
      readonly drops: readonly string[];
      /** Environment whose files are not the ones that were built: they go to trash, and it is built again from kept wheels. */
      readonly replaces?: string | null;
    }
  | {
      readonly kind: 'submit';
      readonly title: string;
      readonly source: SourceFound;
      /** The git tree that is proposed, on `base`. */
      readonly proposed: GitTreeId;
      /** The newest commit of home's branch that the source contains. */
      readonly base: CommitId;
      /** What differs from the base; the first of them where there are very many. */
      readonly paths: readonly { readonly path: string; readonly kind: 'added' | 'changed' | 'removed' }[];
      readonly nPaths: number;
      /** Files that the tree may not change by itself, and the trees that look at them, too. */
      readonly outsideScope: readonly { readonly path: string; readonly owners: readonly string[] }[];
      /** Trees whose rules look at the change. */
      readonly reviewers: readonly string[];
    }
  | { readonly kind: 'open' };

/** What a run will do, as a value. Everything that decides what happens is in here, and in its hash. */
export interface Plan {
  readonly hash: PlanHash;
  readonly goalText: string;
  readonly goal: PlanGoal;
  readonly playbook: string;
  /** Share of the goal's words that the playbook's trigger explained, 0 to 1; 0 when the playbook was named, not found. */
  readonly score: number;
  readonly tree: string;
  readonly risk: 'low' | 'medium' | 'high';
  readonly branchRef: string;
  readonly base: CommitId;
  readonly inputs: Readonly<Record<string, string>>;
  readonly steps: readonly PlannedStep[];
  readonly moves: readonly PackageMove[];
  readonly rejected: readonly RejectedVersion[];
  /** The lock that will be written, byte for byte; null when the plan has none. */
  readonly lockText: string | null;
  readonly requirementsText: string | null;
  /** What else is written, byte for byte: components.lock, workflows, … */
  readonly files: readonly PlannedFile[];
  /** What happens besides packages, one clause each: `ComfyUI v0.3.64 → v0.8.0 (b1c2d3e)`. */
  readonly notes: readonly string[];
  /** Why a person has to say yes before anything runs, or null where caps decide. */
  readonly mustAsk: string | null;
  readonly estimates: PlanEstimates;
  readonly warnings: readonly string[];
  /** What node packs ask for and do not get; absent in plans of a version that did not look. */
  readonly brokenPromises?: readonly BrokenPromise[];
  /** Id of the model that planned, or null: no language model took part. */
  readonly model: string | null;
}

/** What a planning action finds out; the engine completes it to a Plan. */
export interface PlanDraft {
  readonly moves: readonly PackageMove[];
  readonly rejected: readonly RejectedVersion[];
  readonly lockText: string | null;
  readonly requirementsText: string | null;
  readonly files?: readonly PlannedFile[];
  readonly notes?: readonly string[];
  readonly mustAsk?: string | null;
  /** The steps only look: no tree is proposed, so that production is never switched. */
  readonly changesNothing?: boolean;
  /** Inputs that planning fixes, for the steps: what is executed is what was looked at. */
  readonly pins?: Readonly<Record<string, string>>;
  readonly downloadBytes: number | null;
  readonly diskBytes: number | null;
  readonly warnings: readonly string[];
  readonly brokenPromises?: readonly BrokenPromise[];
}

/** Returns every file that a plan writes, sorted by path; what lies in the slot afterwards has to be these bytes. */
export function plannedFiles(plan: Pick<Plan, 'requirementsText' | 'lockText' | 'files'>): readonly PlannedFile[] {
  const files = [...plan.files];
  if (plan.requirementsText !== null) files.push({ path: 'requirements.in', text: plan.requirementsText });
  if (plan.lockText !== null) files.push({ path: 'requirements.lock', text: plan.lockText });
  return files.sort((a, b) => (a.path < b.path ? -1 : 1));
}
