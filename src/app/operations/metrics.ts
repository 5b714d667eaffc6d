import { z } from 'zod';

import { Fault } from '../../base/fault.ts';
import { durationField } from '../../domain/definitions/units.ts';
import { defineOperation } from '../operation.ts';
import { suggestion } from '../suggest.ts';
import { seriesSchema, seriesView } from '../views/metrics-view.ts';

const dayMs = 86_400_000;

/** `orchestrate metrics` */
export const metrics = defineOperation({
  name: 'metrics',
  summary: 'Show what was measured: disks, memory, load, latency, the queue, as small charts.',
  description:
    'While a supervisor runs, the installation is measured at the interval of monitoring.interval. Values are kept for 48 hours, then the sums of five minutes for 30 days, then those of hours for 400 days. A trend is said with how sure it is, or that there are too few values.',
  effect: 'read',
  needs: 'home',
  input: z.object({
    series: z
      .string()
      .max(200)
      .nullable()
      .default(null)
      .describe('A series, or the beginning of several: `disk.free`; left out: all.'),
    since: durationField({ least: '1m', most: '400d' }).default(dayMs).describe('How far back, e.g. `6h` or `30d`.'),
    stretches: z.number().int().min(2).max(240).default(48).describe('How many stretches the time is divided into.'),
  }),
  output: z.object({
    sinceMs: z.number().describe('Beginning of the first stretch, in milliseconds since 1970.'),
    untilMs: z.number().describe('Now.'),
    stepMs: z.number().describe('How long a stretch is.'),
    intervalMs: z.number().describe('How often it is measured.'),
    series: z
      .array(seriesSchema)
      .describe('In the order of their names; those without a value in that time are left out.'),
  }),
  positional: ['series'],
  examples: [
    { command: 'orchestrate metrics', explains: 'The last day of everything.' },
    { command: 'orchestrate metrics disk.free --since 30d', explains: 'Do the disks fill?' },
    { command: 'orchestrate metrics service.latency --since 1h --json', explains: 'The last hour, for a program.' },
  ],
  async run(app, { series: asked, since, stretches }) {
    const { metrics: measured, config } = await app.installation();
    const untilMs = app.outside.clock.nowMs();
    const stepMs = Math.max(1, Math.ceil(since / stretches));
    const sinceMs = untilMs - stepMs * stretches;
    const all = measured.series();
    const chosen = asked === null ? all : all.filter((one) => one === asked || one.startsWith(`${asked}.`));
    if (asked !== null && chosen.length === 0) throw unknownSeries(asked, all);
    return {
      ...{ sinceMs, untilMs, stepMs, intervalMs: config.monitoring.intervalMs },
      series: chosen.flatMap((one) => seriesView(measured, one, { sinceMs, untilMs, stepMs }) ?? []),
    };
  },
});

function unknownSeries(asked: string, all: readonly string[]): Fault {
  const meant = suggestion(asked, [...all, ...all.map((one) => one.replace(/\.[^.]*$/, ''))]);
  return new Fault('SERIES_NOT_FOUND', `Nothing is measured that is called ${JSON.stringify(asked)}.`, {
    hints: [meant === undefined ? 'orchestrate metrics' : `orchestrate metrics ${meant}`],
  });
}
