import { type HealthPart, partWeights } from './part.ts';

/** A score, 0 to 100, and how it was made. */
export interface HealthScore {
  /** Null where nothing could be looked at. */
  readonly score: number | null;
  readonly state: 'good' | 'warning' | 'bad' | 'unknown';
  readonly points: readonly { readonly part: string; readonly points: number; readonly of: number }[];
  readonly sentence: string;
}

const worth = { good: 1, warning: 0.5, bad: 0, unknown: 0 } as const;

/**
 * Returns the points that the parts got of those that could be had, in percent: a good part has its whole weight, a warning half, a bad one none,
 * and one that could not be looked at is left out of both. The state is that of the worst part, whatever the number says.
 */
export function scoreOf(parts: readonly HealthPart[]): HealthScore {
  const points = parts
    .filter(({ state }) => state !== 'unknown')
    .map(({ part, state }) => ({ part, points: partWeights[part] * worth[state], of: partWeights[part] }));
  const sum = (of: 'points' | 'of'): number => points.reduce((total, one) => total + one[of], 0);
  const left = parts.filter(({ state }) => state === 'unknown').map(({ part }) => part);
  const without = left.length === 0 ? '' : `; left out, not known: ${left.join(', ')}`;
  if (points.length === 0) return { score: null, state: 'unknown', points, sentence: `no points${without}` };
  const state = (['bad', 'warning'] as const).find((one) => parts.some((part) => part.state === one)) ?? 'good';
  const lost = points
    .filter((one) => one.points < one.of)
    .map(({ part, points: got, of }) => `${part} ${got} of ${of}`);
  return {
    score: Math.round((sum('points') / sum('of')) * 100),
    state,
    points,
    sentence: `${sum('points')} of ${sum('of')} points${lost.length === 0 ? '' : ` (${lost.join(', ')})`}${without}`,
  };
}
