import type { ScheduleShown, SchedulesView } from '../../../app/operations/_schedules.ts';
import type { PastFire, ScheduleView } from '../../../app/views/schedule-view.ts';
import { spanText, timeText } from '../../../app/views/text.ts';
import { bad, dim, good, type Line, type Span, strong, warn } from '../line.ts';
import { table } from './table.ts';

/** Renders `schedule list`. */
export function renderSchedules({ schedules, watch, problem }: SchedulesView): readonly Line[] {
  const wrong: Line[] = problem === null ? [] : [[bad('ops/schedules.yaml is not taken: '), problem]];
  if (schedules.length === 0)
    return [...wrong, 'Nothing runs by itself. orchestrate schedule add "<name>" --cron "0 3 * * *" --playbook <id>'];
  const rows = schedules.map((one): Span[] => [
    strong(one.id),
    one.cron,
    one.playbook ?? one.goal,
    one.paused === null ? (one.next?.text ?? dim('never again')) : warn(`paused: ${one.paused.reason}`),
    one.last === null ? dim('has not fired yet') : outcomeSpan(one.last),
  ]);
  return [...wrong, ...table(['schedule', 'times', 'does', 'next', 'last'], rows), '', watchLine(watch)];
}

/** Renders `schedule show`, and a schedule that was moved. */
export function renderSchedule(one: ScheduleShown): readonly Line[] {
  return [
    [strong(one.id), ` ${one.cron} ${one.zone}`, one.paused === null ? '' : warn(`  paused: ${one.paused.reason}`)],
    ...rules(one).map(([name, text]): Line => [dim(name.padEnd(12)), text]),
    '',
    ...(one.fires.length === 0 ? ['It has not fired yet.'] : fireTable(one.fires)),
    '',
    watchLine(one.watch),
  ];
}

/** Renders `schedule next`. */
export function renderNextFires({
  fires,
}: {
  readonly fires: readonly { schedule: string | null; text: string; isInWindow: boolean }[];
}): readonly Line[] {
  if (fires.length === 0) return ['Nothing is to come.'];
  return fires.map(({ schedule, text, isInWindow }) => [
    text,
    schedule === null ? '' : strong(`  ${schedule}`),
    isInWindow ? '' : warn('  outside of its times: left out'),
  ]);
}

/** Renders `schedule export`: the file, to be written as it is. */
export const renderScheduleExport = ({ text }: { readonly text: string }): readonly Line[] =>
  text.replace(/\n$/, '').split('\n');

function rules(one: ScheduleView): readonly (readonly [string, string])[] {
  const { next, playbook, goal, within, onlyIf, jitter, pauseAfter, yes, by, from } = one;
  const inputs = Object.entries(one.inputs).map(([name, value]) => ` ${name}=${value}`);
  return [
    ['next', next === null ? 'none' : next.text],
    ['does', `${playbook ?? goal}${inputs.join('')}${yes ? `, with the yes of ${by}` : ''}`],
    ['overlap', one.overlap],
    ['catches up', `${one.catchUp}, ${one.catchUpMost} at most`],
    ...(jitter === '0ms' || jitter === '0s' ? [] : [['jitter', jitter] as const]),
    ...(within === null ? [] : [['within', within] as const]),
    ...(onlyIf === null ? [] : [['only if', onlyIf] as const]),
    [
      'pauses',
      pauseAfter === null
        ? 'never by itself'
        : pauseAfter === 1
          ? 'after a failure'
          : `after ${pauseAfter} failures in a row`,
    ],
    ['added', from === 'file' ? 'in ops/schedules.yaml' : `by ${by}`],
  ];
}

const fireTable = (fires: readonly PastFire[]): readonly Line[] =>
  table(
    ['due', '', 'run', 'late', 'took', 'report'],
    fires.map((one): Span[] => [
      one.dueMs === null ? 'by hand' : timeText(one.dueMs),
      outcomeSpan(one),
      one.run ?? '',
      one.lateMs < 60_000 ? '' : spanText(one.lateMs),
      one.durationMs === null ? '' : spanText(one.durationMs),
      one.sentence ?? dim(one.report ?? ''),
    ]),
  );

function outcomeSpan({ outcome, nFires }: PastFire): Span {
  if (outcome === 'done') return good(outcome);
  if (outcome === 'nothing') return good('nothing to do');
  if (outcome === 'failed') return bad(outcome);
  if (outcome === 'running') return outcome;
  return warn(nFires > 1 ? `${outcome} ${nFires}` : outcome);
}

function watchLine(watch: SchedulesView['watch']): Line {
  if (watch === 'stays') return [dim('A supervisor is there and stays: they fire at their times.')];
  if (watch === 'while-busy')
    return [warn('The supervisor ends when nothing is to be done; then nobody fires them. '), 'orchestrate serve'];
  return [warn('No supervisor runs: nobody fires them. '), 'orchestrate serve'];
}
