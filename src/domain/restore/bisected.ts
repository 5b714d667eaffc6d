import type { FaultRecord } from '../../base/fault.ts';
import type { CommitId, GitTreeId } from '../../base/ids.ts';
import type { PackageMove } from '../plans/plan.ts';
import type { BisectSeen } from './bisect-health.ts';
import type { BisectVerdict } from './bisect.ts';
import type { RestoreManifest } from './manifest.ts';

/** One state of the branch that was tried. */
export interface Probed {
  readonly run: string;
  readonly task: string;
  readonly commit: CommitId;
  /** `0007-upgrade-pytorch`; null: a commit that no restore point names. */
  readonly point: string | null;
  readonly tree: GitTreeId;
  readonly verdict: BisectVerdict;
  /** Why, from what was seen. */
  readonly sentence: string;
  readonly durationMs: number;
  /** Commits of which each may still be the one, after this probe. */
  readonly nSuspects: number;
  /** Probes that are left at most where none has to be skipped. */
  readonly nStepsLeft: number;
  /** Null: it could not be tried, `fault` says why. */
  readonly seen: BisectSeen | null;
  readonly fault: FaultRecord | null;
}

/** A commit of the branch that may have broken it, and what is other in it than in the one before. */
export interface BisectSuspect {
  readonly commit: CommitId;
  readonly point: string | null;
  /** Null: no restore point says what made it. */
  readonly made: RestoreManifest['made'] | null;
  readonly title: string;
  readonly run: string | null;
  readonly change: string | null;
  /** Packages whose version in the lock is another. */
  readonly packages: readonly PackageMove[];
  /** ComfyUI and packs whose files are others: the first digits of their commits, or of their files' tree. */
  readonly components: readonly PackageMove[];
  /** Files that differ, at most `maxSuspectPaths` of `nPaths`. */
  readonly paths: readonly string[];
  readonly nPaths: number;
}

export const maxSuspectPaths = 20;

/** What came of a bisect. */
export interface Bisected {
  readonly run: string;
  /** Names of its restore points. */
  readonly good: string;
  readonly bad: string;
  /** What is lost at the bad end: `workflow portrait`. */
  readonly watched: readonly string[];
  readonly nProbes: number;
  readonly nSkipped: number;
  /** Oldest first; several where those between could not be tried. */
  readonly suspects: readonly BisectSuspect[];
  /** Newest restore point before all of them. */
  readonly backTo: { readonly number: number; readonly name: string };
  /** It is the newest merge of the branch: an undo takes back it and nothing else. */
  readonly isNewest: boolean;
  readonly notProven: readonly string[];
}
