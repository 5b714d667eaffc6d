import { z } from 'zod';

import { durationText } from '../../domain/definitions/units.ts';
import { faultOfEvent } from '../../domain/journal/fault-of-event.ts';
import { dataOf } from '../../domain/journal/kinds.ts';
import { entryText, nextSpan } from '../../domain/policy/windows.ts';
import { zonedText } from '../../domain/policy/zone.ts';
import { hasSeconds, nextFire } from '../../domain/schedules/cron.ts';
import { jitterOf } from '../../domain/schedules/decide.ts';
import { fireOutcome } from '../../domain/schedules/fires.ts';
import { type Schedule, overlaps } from '../../domain/schedules/schedule.ts';
import { type ScheduleInForce, schedulesInForce } from '../../domain/schedules/standing.ts';
import { entriesOf, type JournalReader } from './journal-reader.ts';
import { missText } from './tellers/schedules.ts';

export const fireSchema = z.object({
  dueMs: z.number().describe('When it is due by the expression, in milliseconds since 1970.'),
  atMs: z.number().describe('When it starts: due and what it is put off by.'),
  text: z.string().describe('The start as a clock of the zone shows it.'),
  isInWindow: z.boolean().describe('It lies in the times of the week in which the schedule may fire.'),
});
type FireView = z.infer<typeof fireSchema>;

const pastSchema = z.object({
  dueMs: z.number().nullable().describe('When it was due; null: a person had it fire.'),
  outcome: z
    .enum(['running', 'done', 'nothing', 'failed', 'cancelled', 'missed'])
    .describe('`nothing`: there was nothing to do; `missed`: it started no run.'),
  run: z.string().nullable().describe('The run that it started.'),
  lateMs: z.number().describe('How much later than due it started.'),
  durationMs: z.number().nullable().describe('From start to end of the run.'),
  report: z.string().nullable().describe('File of the run’s report.'),
  sentence: z.string().nullable().describe('Why it was missed, or why the run failed.'),
  nFires: z.number().describe('Fires that this is about: several that were missed in a row are one.'),
  row: z.number().describe('Journal row that says so.'),
});
export type PastFire = z.infer<typeof pastSchema>;

export const scheduleSchema = z.object({
  id: z.string(),
  title: z.string(),
  cron: z.string().describe('Its expression.'),
  zone: z.string().describe('Time zone of the expression.'),
  goal: z.string().describe('What its runs are asked for.'),
  playbook: z.string().nullable().describe('The playbook that is taken whatever the goal says.'),
  inputs: z.record(z.string(), z.string()),
  yes: z.boolean().describe('Who added it said yes beforehand, to plan and review of each run.'),
  overlap: z.enum(overlaps).describe('What a fire does while the run before goes on.'),
  catchUp: z.string().describe('How late a fire may still start.'),
  catchUpMost: z.number().describe('Missed fires that are caught up with at most.'),
  jitter: z.string().describe('A fire is put off by up to this long.'),
  pauseAfter: z.number().nullable().describe('Failures in a row after which it pauses; null: never.'),
  onlyIf: z.string().nullable().describe('Expression that has to hold when it fires.'),
  within: z.string().nullable().describe('Times of the week in which it may fire.'),
  from: z.enum(['command', 'file']).describe('`file`: ops/schedules.yaml of the branch.'),
  by: z.string().describe('Who added it.'),
  paused: z
    .object({ reason: z.string(), by: z.string(), atMs: z.number(), failures: z.array(z.string()) })
    .nullable()
    .describe('Why it does not fire now, or null.'),
  next: fireSchema.nullable().describe('The next fire; null: it is paused, or never fires again.'),
  last: pastSchema.nullable().describe('The newest fire that started a run or was missed.'),
  row: z.number().describe('Journal row that says how it is.'),
});
export type ScheduleView = z.infer<typeof scheduleSchema>;

interface Moment {
  readonly nowMs: number;
  readonly sha256: (text: string) => string;
}

/** Returns the schedules in force, by id. */
export const schedulesOf = (reader: JournalReader): ReadonlyMap<string, ScheduleInForce> =>
  schedulesInForce(entriesOf(reader, { key: 'schedules' }));

/** Returns a schedule as it stands now. */
export function scheduleView(reader: JournalReader, one: ScheduleInForce, moment: Moment): ScheduleView {
  const { schedule, from, by, row, paused } = one;
  const { catchUpMs, jitterMs, within, inputs, ...rest } = schedule;
  const [next = null] = paused === null ? nextFires(schedule, { ...moment, count: 1 }) : [];
  return {
    ...{ ...rest, from, by: by.name, row, next, inputs: { ...inputs } },
    catchUp: durationText(catchUpMs),
    jitter: durationText(jitterMs),
    within: within === null ? null : entryText(within),
    paused: paused === null ? null : { ...paused, by: paused.by.name, failures: [...paused.failures] },
    last: pastFires(reader, schedule.id, 1)[0] ?? null,
  };
}

/** Returns the next fires from now on, without firing. */
export function nextFires(schedule: Schedule, { nowMs, sha256, count }: Moment & { readonly count: number }) {
  const found: FireView[] = [];
  // One whose time has come may still be put off.
  let dueMs = nextFire(schedule, nowMs - schedule.jitterMs);
  const seconds = hasSeconds(schedule.cron) ? 'seconds' : null;
  while (dueMs !== undefined && found.length < count) {
    const atMs = dueMs + jitterOf(schedule, dueMs, sha256);
    const { within, zone } = schedule;
    const isInWindow = within === null || nextSpan(within, atMs).fromMs <= atMs;
    if (atMs > nowMs) found.push({ dueMs, atMs, text: zonedText(atMs, zone, seconds), isInWindow });
    dueMs = nextFire(schedule, dueMs);
  }
  return found;
}

/** Returns what became of the newest fires, the newest first. */
export function pastFires(reader: JournalReader, id: string, limit: number): readonly PastFire[] {
  return reader.read({ key: `fires:${id}`, descending: true, limit }).flatMap((entry): readonly PastFire[] => {
    const missed = dataOf('schedule.missed', entry);
    if (missed !== undefined) {
      const { toMs: dueMs, count: nFires, why, because } = missed;
      const sentence = missText(why, because);
      const nothing = { run: null, lateMs: 0, durationMs: null, report: null };
      return [{ ...nothing, dueMs, outcome: 'missed', sentence, nFires, row: entry.seq }];
    }
    const created = dataOf('run.created', entry);
    if (created?.fire === undefined) return [];
    const { run, fire } = created;
    const end = reader.latest(`close:${run}`);
    const closed = dataOf('run.closed', end);
    const moved = dataOf('machine.moved', reader.latest(`machine:${run}`));
    const fault = closed === undefined || moved === undefined ? null : faultOfEvent(moved.event);
    return [
      {
        ...{ run, dueMs: fire.dueMs, lateMs: fire.lateMs, nFires: 1, row: entry.seq },
        outcome: fireOutcome(closed?.state, fault),
        durationMs: end === undefined ? null : end.atMs - entry.atMs,
        report: closed?.report ?? null,
        sentence: fault === null || closed?.state === 'done' ? null : `${fault.code} ${fault.message}`,
      },
    ];
  });
}

export const pastFiresSchema = z.array(pastSchema).describe('What became of its fires, the newest first.');
