import { z } from 'zod';

import { Fault } from '../../base/fault.ts';
import { type Schedule, scheduleDefaults, scheduleProblems } from '../../domain/schedules/schedule.ts';
import type { App } from '../app.ts';
import { defineOperation } from '../operation.ts';
import { fireSchema, nextFires, schedulesOf } from '../views/schedule-view.ts';
import { momentOf, requireSchedule, scheduleIdField } from './_schedules.ts';

const output = z.object({
  fires: z.array(fireSchema.extend({ schedule: z.string().nullable() })).describe('In the order in which they come.'),
});

/** `orchestrate schedule next` */
export const scheduleNext = defineOperation({
  name: 'schedule next',
  summary: 'Show the next fires, without firing.',
  description: 'Of one schedule, of all that are not paused, or of an expression that you are thinking about (--cron).',
  effect: 'read',
  needs: 'home',
  input: z.object({
    id: scheduleIdField.nullable().default(null),
    cron: z.string().min(1).max(100).nullable().default(null).describe('An expression, instead of a schedule.'),
    zone: z.string().max(64).nullable().default(null).describe('Time zone of --cron; left out: that of this machine.'),
    count: z.number().int().min(1).max(1000).default(5).describe('How many.'),
  }),
  output,
  positional: ['id'],
  examples: [
    { command: 'orchestrate schedule next', explains: 'What comes next, of all schedules.' },
    {
      command: 'orchestrate schedule next --cron "30 2 * * sun" --zone Europe/Zurich --count 30',
      explains: 'When that would be, over the changes of the clocks.',
    },
  ],
  async run(app, { id, cron, zone, count }) {
    const moment = { ...momentOf(app), count };
    const fires = (await schedulesAsked(app, { id, cron, zone })).flatMap((schedule) =>
      nextFires(schedule, moment).map((fire) => ({ ...fire, schedule: schedule.id === '' ? null : schedule.id })),
    );
    return { fires: fires.sort((a, b) => a.atMs - b.atMs).slice(0, count) };
  },
});

async function schedulesAsked(
  app: App,
  { id, cron, zone }: { readonly id: string | null; readonly cron: string | null; readonly zone: string | null },
): Promise<readonly Schedule[]> {
  if (cron !== null) return [thought(app, cron, zone ?? app.outside.host.timeZone)];
  if (id !== null) return [(await requireSchedule(app, id)).schedule];
  const { ledger } = await app.installation();
  return [...schedulesOf(ledger).values()].filter(({ paused }) => paused === null).map(({ schedule }) => schedule);
}

function thought(app: App, cron: string, zone: string): Schedule {
  const schedule = {
    ...{ ...scheduleDefaults, cron, zone, id: '', title: '', goal: '', playbook: null, inputs: {} },
    ...{ yes: false, onlyIf: null, within: null },
  };
  const problems = scheduleProblems(schedule, app.outside.clock.nowMs());
  if (problems.length === 0) return schedule;
  throw new Fault('SCHEDULE_INVALID', problems.map(({ field, message }) => `--${field} ${message}.`).join(' '), {
    hints: ['orchestrate schedule next --cron "0 3 * * *" --zone Europe/Zurich'],
  });
}
