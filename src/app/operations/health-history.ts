import { z } from 'zod';

import { defineOperation } from '../operation.ts';
import { healthDays, healthDaySchema } from '../views/health-days.ts';
import { entrySentence } from '../views/journal-line.ts';

const dayMs = 86_400_000;
/** Rows that are told; what moves more often is in the journal. */
const maxMoves = 200;

/** `orchestrate health history` */
export const healthHistory = defineOperation({
  name: 'health history',
  summary: 'Show how health was, day by day, and what moved.',
  description:
    'Each day by what was measured on it: how often production answered and how fast, and the least room on disks and in memory. Below stands what was told about them, with its journal row. Days are those of UTC.',
  effect: 'read',
  needs: 'home',
  input: z.object({
    days: z.number().int().min(1).max(400).default(14).describe('How many days back, today with them.'),
  }),
  output: z.object({
    days: z.array(healthDaySchema).describe('The newest first; those on which nothing was measured are left out.'),
    moves: z
      .array(
        z.object({
          atMs: z.number().describe('When, in milliseconds since 1970.'),
          row: z.number().describe('Its journal row.'),
          sentence: z.string(),
        }),
      )
      .describe('What moved in that time, the newest first; 200 at most.'),
  }),
  examples: [{ command: 'orchestrate health history --days 30', explains: 'Was the month a quiet one?' }],
  async run(app, { days }) {
    const { metrics, ledger } = await app.installation();
    const nowMs = app.outside.clock.nowMs();
    const sinceMs = Math.floor(nowMs / dayMs) * dayMs - (days - 1) * dayMs;
    return {
      days: healthDays(metrics, { nowMs, days }),
      moves: ledger
        .read({ kinds: ['health.moved'], descending: true, limit: maxMoves })
        .filter((entry) => entry.atMs >= sinceMs)
        .map((entry) => ({ atMs: entry.atMs, row: entry.seq, sentence: entrySentence(entry) })),
    };
  },
});
