import { canonicalJson } from '../../base/json.ts';
import type { RestoreGrade } from './manifest.ts';

/** An environment that goes. What it was built from stays, unless the plan says otherwise. */
export interface Eviction {
  readonly environment: string;
  readonly sizeBytes: number | null;
  /** Restore points that name it; none when nothing does any more. */
  readonly points: readonly string[];
  /** What its restore points are afterwards; null when it has none. */
  readonly to: Extract<RestoreGrade, 'offline' | 'needs-network'> | null;
}

/** An environment that stays, and the first reason for it. */
export interface KeptEnvironment {
  readonly environment: string;
  readonly sizeBytes: number | null;
  readonly points: readonly string[];
  /** One clause: `production runs it`. */
  readonly why: string;
}

/** A kept wheel that goes: what needs it has to be fetched again. */
export interface WheelRemoval {
  readonly sha256: string;
  readonly sizeBytes: number;
  readonly points: readonly string[];
}

/** Something else that only grows. */
export interface Removal {
  readonly what: 'trash' | 'log' | 'instance';
  readonly path: string;
  readonly sizeBytes: number;
  /** One clause: `23 days old`. */
  readonly why: string;
}

/** What pruning takes away, as a value: what is shown is what is executed. */
export interface PrunePlan {
  readonly evictions: readonly Eviction[];
  readonly wheels: readonly WheelRemoval[];
  readonly removals: readonly Removal[];
  /** What is known to be freed; a part of unknown size is not in it. */
  readonly freedBytes: number;
}

/** Returns the hash of a plan: of what goes and what that makes of the restore points; sizes may move meanwhile. */
export function pruneHash({ evictions, wheels, removals }: PrunePlan, sha256: (text: string) => string): string {
  return sha256(
    canonicalJson({
      evictions: evictions.map(({ environment, points, to }) => ({ environment, points, to })),
      wheels: wheels.map((one) => one.sha256),
      removals: removals.map((one) => one.path),
    }),
  );
}
