import type { ConflictPair, Member } from '../../conflicts/pairs.ts';

/** What open changes, runs at work and slots do to each other. */
export interface ConflictRows {
  /** [`captured:<run>`] The slot's files after a step, as a git tree in the trusted store. */
  'slot.captured': { readonly run: string; readonly slot: string; readonly tree: string };
  /** [`conflicts`] Every pair was looked at; those that are not named do not meet. */
  'conflicts.found': {
    /** `base` is a commit, `tree` a git tree: what was looked at. */
    readonly members: readonly (Member & { readonly base: string; readonly tree: string })[];
    readonly pairs: readonly ConflictPair[];
    /** Why just now: `r12 was planned`, `c4 is to be gated`, `something moved`. */
    readonly because: string;
    readonly durationMs: number;
    /** Works that come later in line and were not looked at; absent: none. */
    readonly nLeftOut?: number;
  };
}
