import { z } from 'zod';

import type { Metrics } from '../../ports/index.ts';

const dayMs = 86_400_000;

export const healthDaySchema = z.object({
  day: z.string().describe('The day, in UTC.'),
  measured: z.number().describe('How often it was measured on it.'),
  answered: z
    .number()
    .nullable()
    .describe('Part of the looks at production that it answered, 0 to 1; null: nobody looked.'),
  latencyMs: z.number().nullable().describe('Mean time of an answer, in milliseconds.'),
  slowestMs: z.number().nullable().describe('The longest of them.'),
  leastDiskBytes: z.number().nullable().describe('Least room on the disk that had least.'),
  leastMemoryBytes: z.number().nullable().describe('Least memory that was available.'),
});
export type HealthDay = z.infer<typeof healthDaySchema>;

/** Returns what was measured on each of the days up to now, the newest first. Days on which nothing was measured are left out. */
export function healthDays(
  metrics: Metrics,
  { nowMs, days }: { readonly nowMs: number; readonly days: number },
): HealthDay[] {
  const untilMs = Math.floor(nowMs / dayMs) * dayMs + dayMs;
  const span = { sinceMs: untilMs - days * dayMs, untilMs, stepMs: dayMs };
  const all = metrics.series();
  const of = (beginning: string) =>
    all.filter((one) => one.startsWith(beginning)).flatMap((one) => metrics.buckets(one, span));
  const [memory, disks, up, latency] = [
    of('memory.available'),
    of('disk.free.'),
    of('service.up'),
    of('service.latency.'),
  ];
  const found: HealthDay[] = [];
  for (let atMs = untilMs - dayMs; atMs >= span.sinceMs; atMs -= dayMs) {
    const onDay = (buckets: typeof memory) => buckets.filter((one) => one.atMs === atMs);
    const measured = onDay(memory).reduce((sum, { n }) => sum + n, 0);
    if (measured === 0) continue;
    const answers = onDay(latency);
    const nAnswers = answers.reduce((sum, { n }) => sum + n, 0);
    found.push({
      day: new Date(atMs).toISOString().slice(0, 10),
      measured,
      answered: onDay(up)[0]?.mean ?? null,
      latencyMs: nAnswers === 0 ? null : answers.reduce((sum, { n, mean }) => sum + n * mean, 0) / nAnswers,
      slowestMs: most(answers.map(({ max }) => max)),
      leastDiskBytes: least(onDay(disks).map(({ min }) => min)),
      leastMemoryBytes: least(onDay(memory).map(({ min }) => min)),
    });
  }
  return found;
}

const least = (values: readonly number[]): number | null => (values.length === 0 ? null : Math.min(...values));
const most = (values: readonly number[]): number | null => (values.length === 0 ? null : Math.max(...values));
