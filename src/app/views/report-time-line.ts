import { z } from 'zod';

import type { JournalKind } from '../../domain/journal/kinds.ts';
import type { Entry } from '../../ports/index.ts';
import { entrySentence } from './journal-line.ts';
import type { RunView } from './run-view.ts';

/** When what happened. */
export const timeLineSchema = z
  .object({
    spans: z
      .array(
        z.object({
          id: z.string().describe('Step or stage.'),
          title: z.string().describe('What was done.'),
          ok: z.boolean().describe('It went well.'),
          startedAtMs: z.number().describe('In milliseconds since 1970.'),
          durationMs: z.number().describe('How long it took.'),
        }),
      )
      .describe('Steps and stages with a beginning and an end.'),
    moments: z
      .array(
        z.object({
          row: z.number().describe('Number of the journal row.'),
          atMs: z.number().describe('When, in milliseconds since 1970.'),
          kind: z.string().describe('What sort of row it is.'),
          sentence: z.string().describe('What it says.'),
        }),
      )
      .describe('Rows of the run, oldest first, without those that only count time.'),
    nLeftOut: z.number().describe('Moments that are left out of the middle.'),
  })
  .describe('When what happened.');
export type TimeLine = z.infer<typeof timeLineSchema>;

/** Rows that say that time passed, or what the next row says better. */
const silent: readonly JournalKind[] = [
  'attempt.beat',
  'effect.intended',
  'status.summarised',
  'supervisor.checkpoint',
];
/** A page with more is slow to open and read by nobody: the first and the last half of these are shown. */
const maxMoments = 2_000;

/** Returns the time line of a run. `entries` are its rows, oldest first. */
export function timeLine(view: RunView, entries: readonly Entry[]): TimeLine {
  const shown = entries.filter(({ kind }) => !(silent as readonly string[]).includes(kind));
  const nLeftOut = Math.max(0, shown.length - maxMoments);
  const half = maxMoments / 2;
  const kept = nLeftOut === 0 ? shown : [...shown.slice(0, half), ...shown.slice(-half)];
  return {
    spans: spansOf(view, entries),
    moments: kept.map((entry) => ({
      row: entry.seq,
      atMs: entry.atMs,
      kind: entry.kind,
      sentence: entrySentence(entry),
    })),
    nLeftOut,
  };
}

function spansOf({ steps, stages }: RunView, entries: readonly Entry[]): TimeLine['spans'] {
  const endOf = new Map(entries.map(({ seq, atMs }) => [seq, atMs]));
  const ofSteps = steps.flatMap(({ id, title, state, startedAtMs, durationMs }) =>
    startedAtMs === null || durationMs === null ? [] : [{ id, title, ok: state === 'done', startedAtMs, durationMs }],
  );
  const ofStages = stages.flatMap(({ id, sentence, ok, durationMs, rows }) => {
    const endMs = endOf.get(rows.at(-1) ?? 0);
    if (endMs === undefined || durationMs === null) return [];
    return [{ id, title: sentence, ok, startedAtMs: endMs - durationMs, durationMs }];
  });
  return [...ofSteps, ...ofStages];
}
