import type { JournalKinds } from '../../../domain/journal/kinds.ts';
import type { ScheduleRows } from '../../../domain/journal/rows/schedules.ts';
import type { MissReason } from '../../../domain/schedules/decide.ts';
import { countText, listText, spanText, timeText } from '../text.ts';
import type { TellersOf } from './teller.ts';

/** What a journal row of this feature says, as one line. */
export const schedulesTellers: TellersOf<ScheduleRows> = {
  'schedule.added': ({ schedule: { id, cron, zone, goal, playbook }, from, by }) =>
    `schedule ${id} fires at ${cron} ${zone}, says ${from === 'file' ? 'ops/schedules.yaml' : by.name}: ${playbook ?? goal}`,
  'schedule.removed': ({ schedule, reason, by }) =>
    `schedule ${schedule} is removed by ${by.name}${reason === null ? '' : `: ${reason}`}`,
  'schedule.paused': ({ schedule, reason, failures, by }) =>
    `schedule ${schedule} is paused by ${by.name}: ${reason}${failures.length === 0 ? '' : ` (${listText(failures)})`}`,
  'schedule.resumed': ({ schedule, by }) => `schedule ${schedule} fires again, says ${by.name}`,
  'schedule.missed': ({ schedule, fromMs, toMs, count, isMore, why, because }) =>
    `schedule ${schedule} left out ${isMore ? 'at least ' : ''}${countText(count, 'fire')} of ${timeText(fromMs)}${fromMs === toMs ? '' : ` to ${timeText(toMs)}`}: ${missText(why, because)}`,
  'schedule.declared': ({ digest, ids, problem }) => {
    if (problem !== null) return `ops/schedules.yaml is not taken, and what it declared before holds: ${problem}`;
    return digest === null
      ? 'ops/schedules.yaml is gone'
      : `ops/schedules.yaml declares ${listText(ids) || 'no schedule'}`;
  },
};

const missTexts: Readonly<Record<MissReason, string>> = {
  late: 'nobody was there in time',
  overlap: 'the run before went on',
  many: 'newer ones are caught up with',
  check: 'its check does not hold',
  window: 'it was outside of its times',
  refused: 'its goal is refused',
};

/** Returns why fires started no run. */
export const missText = (why: MissReason, because: string | null): string =>
  because === null ? missTexts[why] : `${missTexts[why]}: ${because}`;

/** Returns ` by schedule nightly, due …`: what started a run. */
export function fireText({ schedule, dueMs, lateMs }: NonNullable<JournalKinds['run.created']['fire']>): string {
  if (dueMs === null) return `, firing schedule ${schedule}`;
  return ` by schedule ${schedule}, due ${timeText(dueMs)}${lateMs < 60_000 ? '' : `, ${spanText(lateMs)} late`}`;
}
