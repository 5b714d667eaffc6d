import { z } from 'zod';

import { chartOf } from '../../domain/metrics/chart.ts';
import { trendText } from '../../domain/metrics/trend-text.ts';
import { trendOf } from '../../domain/metrics/trend.ts';
import { unitOf, units, valueText } from '../../domain/metrics/unit.ts';
import type { MetricBucket, Metrics } from '../../ports/index.ts';

export const seriesSchema = z.object({
  series: z.string().describe('Its name.'),
  unit: z.enum(units).describe('What its values are counted in.'),
  newest: z.object({ atMs: z.number(), value: z.number(), text: z.string() }).describe('The newest value.'),
  n: z.number().describe('Measured values in the time that is shown.'),
  min: z.number().describe('The least of them.'),
  max: z.number().describe('The greatest of them.'),
  mean: z.number().describe('Their mean.'),
  range: z.string().describe('The least and the greatest, as text.'),
  chart: z
    .string()
    .describe('A bar for the mean of each stretch, between the least and the greatest; blank: none was measured.'),
  trend: z
    .object({
      kind: z.enum(['too-few', 'steady', 'moving']),
      perDay: z.number().nullable().describe('Movement a day; null unless it moves.'),
      low: z.number().nullable().describe('In about 95 of 100 cases it is at least this.'),
      high: z.number().nullable().describe('And at most this.'),
      text: z.string(),
    })
    .describe('How it moves, with how sure that is.'),
  buckets: z
    .array(
      z.object({
        atMs: z.number().describe('Its beginning, in milliseconds since 1970.'),
        n: z.number(),
        min: z.number(),
        max: z.number(),
        mean: z.number(),
      }),
    )
    .describe('The stretches in which something was measured, the oldest first.'),
});
export type SeriesView = z.infer<typeof seriesSchema>;

export interface Stretches {
  readonly sinceMs: number;
  readonly untilMs: number;
  readonly stepMs: number;
}

/** Returns a series in stretches of time; undefined where nothing of it was measured then. */
export function seriesView(
  metrics: Metrics,
  series: string,
  { sinceMs, untilMs, stepMs }: Stretches,
): SeriesView | undefined {
  const buckets = metrics.buckets(series, { sinceMs, untilMs, stepMs });
  const newest = metrics.read(series, { sinceMs, limit: 1 }).at(-1);
  if (newest === undefined || buckets.length === 0) return undefined;
  const unit = unitOf(series);
  const n = buckets.reduce((sum, one) => sum + one.n, 0);
  const mean = buckets.reduce((sum, one) => sum + one.mean * one.n, 0) / n;
  const [min, max] = [Math.min(...buckets.map((one) => one.min)), Math.max(...buckets.map((one) => one.max))];
  const trend = trendOf(
    buckets.map((one) => ({ atMs: one.atMs + stepMs / 2, value: one.mean })),
    untilMs,
  );
  const moves = trend.kind === 'moving' ? trend : { perDay: null, low: null, high: null };
  return {
    ...{ series, unit, n, min, max, mean },
    newest: { atMs: newest.atMs, value: newest.value, text: valueText(newest.value, unit) },
    range: min === max ? valueText(min, unit) : `${valueText(min, unit)} to ${valueText(max, unit)}`,
    chart: chartOf(inEveryStretch(buckets, { sinceMs, untilMs, stepMs })),
    trend: { kind: trend.kind, perDay: moves.perDay, low: moves.low, high: moves.high, text: trendText(trend, unit) },
    buckets: [...buckets],
  };
}

/** A stretch without a value is a gap, not a jump of the line. */
function inEveryStretch(buckets: readonly MetricBucket[], { sinceMs, untilMs, stepMs }: Stretches): (number | null)[] {
  const means: (number | null)[] = Array.from({ length: Math.ceil((untilMs - sinceMs) / stepMs) }, () => null);
  for (const { atMs, mean } of buckets) means[Math.floor((atMs - sinceMs) / stepMs)] = mean;
  return means;
}
