/** A measured value at a time. */
export interface Sample {
  readonly atMs: number;
  readonly value: number;
}

/** How values move. Amounts are per day; `low` and `high` hold the true slope in about 95 of 100 cases. */
export type Trend =
  /** Too few values, or over too short a time, to say anything. */
  | { readonly kind: 'too-few'; readonly n: number; readonly spanMs: number }
  /** The interval holds zero: no movement can be told from chance. */
  | { readonly kind: 'steady'; readonly n: number; readonly spanMs: number; readonly level: number }
  | {
      readonly kind: 'moving';
      readonly n: number;
      readonly spanMs: number;
      /** Of the line at the last value. */
      readonly level: number;
      readonly perDay: number;
      readonly low: number;
      readonly high: number;
    };

export const leastValues = 12;
export const leastSpanMs = 6 * 3_600_000;
/** More values are thinned evenly: the slopes are as many as their pairs. */
const mostValues = 240;
const dayMs = 86_400_000;
/** Of the normal distribution, for 95 of 100. */
const z95 = 1.96;

/**
 * Returns the trend by the median of the slopes of all pairs (Theil-Sen) with Sen's interval of it: a third of the values may be wrong without
 * moving it far. Values of later than `nowMs` are left out: a clock that was set back left them. Of two at one time the later one counts.
 */
export function trendOf(samples: readonly Sample[], nowMs: number): Trend {
  const sorted = thinned(inOrder(samples, nowMs));
  const n = sorted.length;
  const spanMs = (sorted.at(-1)?.atMs ?? 0) - (sorted[0]?.atMs ?? 0);
  if (n < leastValues || spanMs < leastSpanMs) return { kind: 'too-few', n, spanMs };
  const slopes = slopesOf(sorted);
  const perDay = quantile(slopes, 0.5) * dayMs;
  const spread = (z95 * Math.sqrt((n * (n - 1) * (2 * n + 5)) / 18)) / slopes.length / 2;
  const low = quantile(slopes, 0.5 - spread) * dayMs;
  const high = quantile(slopes, 0.5 + spread) * dayMs;
  const lastMs = sorted.at(-1)?.atMs ?? 0;
  const level = quantile(
    sorted.map(({ atMs, value }) => value + (perDay * (lastMs - atMs)) / dayMs).sort((a, b) => a - b),
    0.5,
  );
  if (low <= 0 && high >= 0) return { kind: 'steady', n, spanMs, level };
  return { kind: 'moving', n, spanMs, level, perDay, low, high };
}

function inOrder(samples: readonly Sample[], nowMs: number): readonly Sample[] {
  const byTime = new Map<number, Sample>();
  for (const one of samples) if (one.atMs <= nowMs && Number.isFinite(one.value)) byTime.set(one.atMs, one);
  return [...byTime.values()].sort((a, b) => a.atMs - b.atMs);
}

/** The first and the last stay. */
function thinned(samples: readonly Sample[]): readonly Sample[] {
  if (samples.length <= mostValues) return samples;
  const step = (samples.length - 1) / (mostValues - 1);
  return Array.from({ length: mostValues }, (_, nth) => samples[Math.round(nth * step)] as Sample);
}

function slopesOf(sorted: readonly Sample[]): readonly number[] {
  const slopes: number[] = [];
  for (const [nth, a] of sorted.entries())
    for (const b of sorted.slice(nth + 1)) slopes.push((b.value - a.value) / (b.atMs - a.atMs));
  return slopes.sort((a, b) => a - b);
}

/** Between two values it is interpolated; beyond the ends it is the end. */
function quantile(sorted: readonly number[], part: number): number {
  const at = Math.min(Math.max(part, 0), 1) * (sorted.length - 1);
  const [below, above] = [sorted[Math.floor(at)] ?? 0, sorted[Math.ceil(at)] ?? 0];
  return below + (above - below) * (at - Math.floor(at));
}
