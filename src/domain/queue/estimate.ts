/** Durations in milliseconds that were seen on this installation, newest last. */
export interface Seen {
  /** Gates that proved anew; those that found all their evidence; merges; switches of production. */
  readonly gates: readonly number[];
  readonly reusedGates: readonly number[];
  readonly merges: readonly number[];
  readonly switches: readonly number[];
}

/** What a change still has to go through until it is in production. */
export type Ahead = 'switch' | 'merge' | 'reused-gate' | 'gate';

/** How many of the newest count: what was long ago was another machine. */
const nNewest = 20;

export interface Estimate {
  readonly ms: number;
  /** The fewest observations that any part of it rests on. */
  readonly nSamples: number;
}

/**
 * Estimates how long it takes until the last of these changes is in production, one after the other, from medians; undefined when
 * something that one of them has to go through was never seen here. It is no promise: what waits for a person is not in it.
 */
export function estimate(changes: readonly Ahead[], seen: Seen): Estimate | undefined {
  let ms = 0;
  let nSamples = Number.POSITIVE_INFINITY;
  for (const part of changes.flatMap((one) => partsOf(one, seen))) {
    const newest = part.slice(-nNewest);
    if (newest.length === 0) return undefined;
    ms += median(newest);
    nSamples = Math.min(nSamples, newest.length);
  }
  return changes.length === 0 ? undefined : { ms: Math.round(ms), nSamples };
}

function partsOf(change: Ahead, { gates, reusedGates, merges, switches }: Seen): readonly (readonly number[])[] {
  switch (change) {
    case 'switch':
      return [switches];
    case 'merge':
      return [merges, switches];
    case 'reused-gate':
      return [reusedGates.length > 0 ? reusedGates : gates, merges, switches];
    case 'gate':
      return [gates, merges, switches];
  }
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? 0) + upper) / 2;
}
