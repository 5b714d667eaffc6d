import type { Seen } from './observed.ts';

/** The environment is as it was last proven, and nobody is moving it. */
export const environmentStable = 'env-setup:environment_stable';

interface FactRow {
  readonly row: number;
  readonly atMs: number;
}

/** What is on record of the environment. */
export interface StableFacts {
  /** How production came out of the newest merge; null: nothing has merged. */
  readonly switched: (FactRow & { readonly change: string; readonly isReverted: boolean }) | null;
  /** The newest baseline that a run recorded; null: none did. */
  readonly recorded: FactRow | null;
  /** A change that is merging now, or merged and not verified yet. */
  readonly merging: string | null;
  /** The newest row of what others changed, and what of it is open; null: nothing was ever found. */
  readonly outside: (FactRow & { readonly open: string | null }) | null;
}

/**
 * Says whether the environment is stable: the newest merge was verified, or a baseline was recorded since it was taken back, and
 * nothing that others changed is open. It rests on those rows alone: an environment that nobody proved is not called stable.
 */
export function seeEnvironmentStable({ switched, recorded, merging, outside }: StableFacts): Seen {
  if (outside !== null && outside.open !== null) return { holds: false, why: `changed outside: ${outside.open}` };
  if (merging !== null) return { holds: false, why: `${merging} is being merged` };
  const isRecorded = recorded !== null && (switched === null || recorded.row > switched.row);
  const proven = isRecorded ? recorded : switched;
  if (proven === null) return { holds: false, why: 'nothing was proven yet' };
  if (!isRecorded && switched?.isReverted === true)
    return { holds: false, why: `${switched.change} was taken back, and nothing was recorded since` };
  const rests: readonly FactRow[] = outside === null ? [proven] : [proven, outside];
  return {
    holds: true,
    evidence: rests.map(({ row }) => `#${row}`),
    sinceMs: Math.max(...rests.map(({ atMs }) => atMs)),
    expiresAtMs: null,
  };
}
