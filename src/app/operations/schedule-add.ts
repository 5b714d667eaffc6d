import { z } from 'zod';

import { Fault } from '../../base/fault.ts';
import { durationField, durationText } from '../../domain/definitions/units.ts';
import {
  idOfName,
  maxCatchUpMost,
  maxPauseAfter,
  overlaps,
  type Schedule,
  scheduleDefaults as defaults,
  scheduleProblems,
} from '../../domain/schedules/schedule.ts';
import { findWithin } from '../../domain/schedules/window-text.ts';
import { defineOperation } from '../operation.ts';
import { namedValues } from './_named-values.ts';
import { personOf } from './_run-output.ts';
import { loadSchedule, scheduleShownSchema } from './_schedules.ts';

/** `orchestrate schedule add "<name>"` */
export const scheduleAdd = defineOperation({
  name: 'schedule add',
  summary: 'Have runs started by themselves, at times.',
  description:
    'The name is the goal, unless --playbook or --goal says another. A fire starts a run like `orchestrate run`: it plans, proves and, where it changes something, waits for you; with --yes you say yes now, as far as a yes beforehand goes. Times are those of --zone: where clocks are put forward over a fire it is the first instant after; where they show its time twice, a fixed time fires once. Fires need a supervisor that is there: orchestrate serve.',
  effect: 'write',
  needs: 'home',
  input: z.object({
    name: z
      .string()
      .trim()
      .min(1, 'has to be 1 to 120 characters')
      .max(120, 'has to be 1 to 120 characters')
      .describe('What it is called; its id is made of it.'),
    cron: z
      .string()
      .min(1)
      .max(100)
      .describe(
        'When: minute hour day month weekday, e.g. `0 3 * * *`; names, ranges, steps, `@daily`; six fields begin with seconds.',
      ),
    zone: z
      .string()
      .max(64)
      .nullable()
      .default(null)
      .describe('Time zone, e.g. `Europe/Zurich`; left out: that of this machine.'),
    playbook: z.string().nullable().default(null).describe('Take this playbook.'),
    goal: z
      .string()
      .trim()
      .min(1)
      .max(500)
      .nullable()
      .default(null)
      .describe('What to do, as after `orchestrate run`.'),
    set: z.array(z.string()).default([]).describe('An input of the playbook, as name=value; may be repeated.'),
    yes: z.boolean().default(false).describe('Say yes beforehand, to plan and review of every run of it.'),
    overlap: z
      .enum(overlaps)
      .default(defaults.overlap)
      .describe('A fire while the run before goes on: is left out, waits for its end, or calls it off.'),
    catchUp: durationField({ least: '0s', most: '7d' })
      .prefault(durationText(defaults.catchUpMs))
      .describe('How late a fire may still start, after the machine was off, say; `0s`: only at its time.'),
    catchUpMost: z
      .number()
      .int()
      .min(1)
      .max(maxCatchUpMost)
      .default(defaults.catchUpMost)
      .describe('Missed fires that are caught up with at most, the newest ones.'),
    jitter: durationField({ least: '0s', most: '1h' })
      .prefault('0s')
      .describe('Put each fire off by up to this long, always by the same: not all machines at once.'),
    pauseAfter: z
      .number()
      .int()
      .min(0)
      .max(maxPauseAfter)
      .default(defaults.pauseAfter)
      .describe('Pause after so many failures in a row; 0: never.'),
    if: z
      .string()
      .min(1)
      .nullable()
      .default(null)
      .describe('Fire only if this holds, e.g. `conditions["env-setup:environment_stable"]`.'),
    within: z
      .string()
      .nullable()
      .default(null)
      .describe('Fire only in these times of the week, e.g. `sat,sun 02:00-05:00` or `22:00-05:00`.'),
    replace: z.boolean().default(false).describe('Take the place of one of that id.'),
  }),
  output: scheduleShownSchema,
  positional: ['name'],
  examples: [
    {
      command: 'orchestrate schedule add "nightly maintenance" --cron "0 3 * * *" --playbook maintenance',
      explains: 'Every night at three.',
    },
    {
      command:
        'orchestrate schedule add "upgrade pytorch" --cron "0 4 1 * *" --within "sat,sun 00:00-23:59" --if \'conditions["env-setup:environment_stable"]\'',
      explains: 'On the first of the month, if that is a weekend and nothing is open.',
    },
  ],
  async run(app, asked) {
    const schedule = scheduleOf(asked, app.outside.host.timeZone);
    const problems = scheduleProblems(schedule, app.outside.clock.nowMs());
    if (problems.length > 0) throw bad(problems.map(({ field, message }) => `--${field} ${message}.`).join(' '));
    await app.ask('schedule.add', { schedule, replaces: asked.replace, by: personOf(app) });
    return loadSchedule(app, schedule.id);
  },
});

interface Asked {
  readonly name: string;
  readonly cron: string;
  readonly zone: string | null;
  readonly playbook: string | null;
  readonly goal: string | null;
  readonly set: readonly string[];
  readonly yes: boolean;
  readonly overlap: Schedule['overlap'];
  readonly catchUp: number;
  readonly catchUpMost: number;
  readonly jitter: number;
  readonly pauseAfter: number;
  readonly if: string | null;
  readonly within: string | null;
}

function scheduleOf(asked: Asked, localZone: string): Schedule {
  const { name: title, cron, playbook, yes, overlap, catchUpMost } = asked;
  const id = idOfName(title);
  if (id === '') throw bad(`The name ${JSON.stringify(title)} has to have a letter of a to z in it.`);
  const zone = asked.zone ?? localZone;
  const within = asked.within === null ? null : findWithin(asked.within, zone);
  if (within === undefined) throw bad('--within has to be times such as "sat,sun 02:00-05:00".');
  return {
    ...{ id, title, cron, zone, playbook, yes, overlap, catchUpMost, within },
    goal: asked.goal ?? title,
    inputs: namedValues(asked.set, 'orchestrate schedule add --help'),
    catchUpMs: asked.catchUp,
    jitterMs: asked.jitter,
    pauseAfter: asked.pauseAfter === 0 ? null : asked.pauseAfter,
    onlyIf: asked.if,
  };
}

const bad = (sentence: string): Fault =>
  new Fault('SCHEDULE_INVALID', sentence, {
    hints: ['orchestrate schedule next --cron "0 3 * * *" --zone Europe/Zurich', 'orchestrate schedule add --help'],
    state: 'Nothing was changed.',
  });
