import { z } from 'zod';

import { durationField } from '../../domain/definitions/units.ts';
import { timeForecast, timeForecastText } from '../../domain/usage/time-forecast.ts';
import { isNamed } from '../../domain/usage/unused.ts';
import { diskForecast } from '../../engine/health/disk-forecast.ts';
import { loadDisks } from '../../engine/health/folders.ts';
import { findModelFiles } from '../../engine/models/model-files.ts';
import { takeUpUsage } from '../../engine/usage/take-up.ts';
import { declaredWorkflows } from '../../engine/workflows/declared.ts';
import type { UseDay } from '../../ports/index.ts';
import { defineOperation } from '../operation.ts';
import { ranWorkflows } from '../views/usage-view.ts';

const dayMs = 86_400_000;
/** The time that is looked forward. */
const nDaysAhead = 7;

const counted = {
  times: z.number().describe('Prompts that ended.'),
  nFailed: z.number().describe('Those of them that failed or were interrupted.'),
  seconds: z.number().describe('How long the service worked on them, where it tells.'),
  lastAtMs: z.number().describe('When the last one ended, in milliseconds since 1970.'),
};

/** `orchestrate usage` */
export const usage = defineOperation({
  name: 'usage',
  summary: 'Show which models and workflows are used, which models are not, and when disk and time run short.',
  description:
    'Counted by days from the history of the service, which forgets it when it ends: looked at while a supervisor runs, and now. Of a prompt its node classes, the model files that it names, its end and its time are kept, nothing else. A model counts as unused when no prompt named it since then, no declared workflow names it, and it lay there all the time; files are compared by the end of their path.',
  effect: 'read',
  needs: 'home',
  input: z.object({
    since: durationField({ least: '1d', most: '400d' })
      .default(30 * dayMs)
      .describe('How far back, in whole days of UTC: `30d`.'),
  }),
  output: z.object({
    sinceMs: z.number().describe('Beginning of the first day, in milliseconds since 1970.'),
    countedSinceMs: z.number().nullable().describe('When counting began; null: it did not.'),
    notCounted: z.string().nullable().describe('Why the history could not be looked at now; null: it was.'),
    models: z
      .array(z.object({ name: z.string().describe('As prompts named it.'), ...counted }))
      .describe('The last used first.'),
    workflows: z
      .array(
        z.object({
          name: z.string().nullable().describe('Its name in workflows/; null: it is none of those.'),
          shape: z.string().describe('Digest of what it does, whatever its values.'),
          classes: z.array(z.string()).describe('Node classes of it.'),
          models: z.array(z.string()).describe('Model files that its newest prompts named.'),
          ...counted,
        }),
      )
      .describe('The last used first.'),
    unused: z
      .object({
        isKnown: z.boolean().describe('It was counted for all of that time; else a model may have been used before.'),
        sizeBytes: z.number().describe('Of all of them.'),
        nFiles: z.number().describe('Model files that were compared.'),
        files: z
          .array(
            z.object({
              path: z.string(),
              sizeBytes: z.number(),
              changedMs: z.number().describe('When it was written, in milliseconds since 1970.'),
            }),
          )
          .describe('The largest first.'),
        notSeen: z.array(z.string()).describe('Folders behind links, or too deep or many: nothing is known of them.'),
      })
      .describe('Model files that nobody used since then.'),
    forecast: z
      .object({
        disk: z
          .string()
          .describe('When the disk of the models is full, with how sure that is, or why it cannot be said.'),
        time: z.string().describe('How long the service will work in the next 7 days, likewise.'),
        seconds: z.number().nullable(),
        lowSeconds: z.number().nullable().describe('In about 95 of 100 cases it is at least this.'),
        highSeconds: z.number().nullable().describe('And at most this.'),
      })
      .describe('What comes if it goes on as it did.'),
  }),
  examples: [
    { command: 'orchestrate usage', explains: 'The last 30 days.' },
    { command: 'orchestrate usage --since 90d', explains: 'Which models were not used for three months?' },
    { command: 'orchestrate usage --since 7d --json', explains: 'The last week, for a program.' },
  ],
  async run(app, { since }) {
    const context = { ...(await app.installation()), outside: app.outside };
    const nowMs = app.outside.clock.nowMs();
    const sinceMs = Math.floor((nowMs - since) / dayMs) * dayMs;
    const taken = await takeUpUsage(context);
    const countedSinceMs = context.usage.beganMs();
    const counts = context.usage.models(sinceMs);
    const declared = await declaredWorkflows(context);
    const found = await findModelFiles(context);
    const names = new Set([...counts.map(({ name }) => name), ...declared.flatMap(({ models }) => models)]);
    const files = found.files
      .filter(({ path, changedMs }) => changedMs < sinceMs && !isNamed(path, names))
      .toSorted((a, b) => b.sizeBytes - a.sizeBytes);
    const days = wholeDays(context.usage.days(sinceMs), { fromMs: Math.max(sinceMs, countedSinceMs ?? nowMs), nowMs });
    const time = timeForecast(days, nDaysAhead);
    const expected = time.kind === 'expected' ? time : undefined;
    const { disks } = await loadDisks(context);
    const disk = disks.find(({ name, also }) => name === 'models' || also.includes('models'));
    return {
      ...{ sinceMs, countedSinceMs, notCounted: taken.kind === 'silent' ? taken.reason : null },
      models: counts.map(({ durationMs, ...one }) => ({ ...one, seconds: secondsOf(durationMs) })),
      workflows: ranWorkflows(context.usage.workflows(sinceMs), declared).map(({ durationMs, ...one }) => ({
        ...{ ...one, classes: [...one.classes], models: [...one.models], seconds: secondsOf(durationMs) },
      })),
      unused: {
        isKnown: countedSinceMs !== null && countedSinceMs <= sinceMs,
        sizeBytes: files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
        nFiles: found.files.length,
        files: [...files],
        notSeen: [...found.notSeen],
      },
      forecast: {
        disk: disk === undefined ? 'the disk of the models does not tell its room' : diskForecast(context, disk.name),
        time: timeForecastText(time, nDaysAhead),
        seconds: expected === undefined ? null : secondsOf(expected.ms),
        lowSeconds: expected === undefined ? null : secondsOf(expected.lowMs),
        highSeconds: expected === undefined ? null : secondsOf(expected.highMs),
      },
    };
  },
});

const secondsOf = (ms: number): number => Math.round(ms / 100) / 10;

/** A day on which nothing ended is one of 0; the first and today are not whole. */
function wholeDays(
  days: readonly UseDay[],
  { fromMs, nowMs }: { readonly fromMs: number; readonly nowMs: number },
): readonly { readonly atMs: number; readonly value: number }[] {
  const byDay = new Map(days.map(({ atMs, durationMs }) => [atMs, durationMs]));
  const whole = [];
  for (let atMs = Math.ceil(fromMs / dayMs) * dayMs; atMs + dayMs <= nowMs; atMs += dayMs)
    whole.push({ atMs, value: byDay.get(atMs) ?? 0 });
  return whole;
}
