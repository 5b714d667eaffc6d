import type { EnvironmentId, GitTreeId } from '../../base/ids.ts';

/** What a drill goes through, in this order. */
export const drillParts = ['build', 'compare', 'boot', 'workflows'] as const;

/** A part that held. `sentence` says what was seen, and no more. */
export interface DrillPart {
  readonly part: (typeof drillParts)[number];
  readonly durationMs: number;
  readonly sentence: string;
}

/** What came of a drill. */
export interface Drilled {
  readonly number: number;
  /** `0007-upgrade-pytorch` */
  readonly name: string;
  readonly run: string;
  readonly tree: GitTreeId;
  /** Null: the restore point names none. */
  readonly environment: EnvironmentId | null;
  readonly parts: readonly DrillPart[];
  readonly notProven: readonly string[];
}
