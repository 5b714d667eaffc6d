import type { MetricBucket, MetricPoint, Metrics } from '../../src/ports/index.ts';

/** Measured values in an array. */
export function createFakeMetrics(): Metrics & { readonly points: MetricPoint[] } {
  const points: MetricPoint[] = [];
  const of = (series: string, sinceMs: number): MetricPoint[] =>
    points.filter((one) => one.series === series && one.atMs >= sinceMs).toSorted((a, b) => a.atMs - b.atMs);
  return {
    points,
    append: async (more) => void points.push(...more),
    series: () => [...new Set(points.map(({ series }) => series))].toSorted(),
    read: (series, { sinceMs, limit }) => of(series, sinceMs).slice(-limit),
    buckets(series, { sinceMs, untilMs, stepMs }) {
      const found: MetricBucket[] = [];
      for (let atMs = sinceMs; atMs < untilMs; atMs += stepMs) {
        const values = of(series, atMs)
          .filter((one) => one.atMs < Math.min(atMs + stepMs, untilMs))
          .map(({ value }) => value);
        const n = values.length;
        const mean = values.reduce((sum, value) => sum + value, 0) / n;
        if (n > 0) found.push({ atMs, n, min: Math.min(...values), max: Math.max(...values), mean });
      }
      return found;
    },
    tidy: async () => {},
    close: async () => {},
  };
}
