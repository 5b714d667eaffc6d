import { z } from 'zod';

import { Fault } from '../../base/fault.ts';
import { dateField, timeField } from '../../domain/definitions/policy-config.ts';
import { freezeSpan, type Freeze, type MergeWindow, type Weekday, weekdays } from '../../domain/policy/windows.ts';
import { isZone } from '../../domain/policy/zone.ts';
import { defineOperation } from '../operation.ts';
import { personOf } from './_run-output.ts';
import { loadTimes, timesSchema } from './_times.ts';

interface Asked {
  readonly from: string;
  readonly to: string;
  readonly days: string | null;
  readonly zone: string | null;
  readonly freeze: boolean;
}

/** `orchestrate windows add` */
export const windowsAdd = defineOperation({
  name: 'windows add',
  summary: 'Add a merge window, or a freeze, from now on.',
  description:
    'It holds at once, beside those of orchestrate.yaml, until `windows remove`. A window names times of the day, a freeze days.',
  effect: 'write',
  needs: 'home',
  input: z.object({
    from: z.string().describe('When it begins: `03:00`, or with --freeze `2026-12-20` or `2026-12-20T18:00`.'),
    to: z
      .string()
      .describe(
        'When it ends. A day of a freeze is meant whole; a window that ends earlier than it begins ends on the next day.',
      ),
    days: z.string().nullable().default(null).describe('Days of a window, e.g. `sat,sun`; left out: every day.'),
    zone: z
      .string()
      .max(64)
      .nullable()
      .default(null)
      .describe('Time zone, e.g. `Europe/Zurich`; left out: that of this machine.'),
    freeze: z.boolean().default(false).describe('A time in which nothing merges.'),
    reason: z.string().min(1).max(500, 'has to be at most 500 characters').describe('Why.'),
  }),
  output: timesSchema,
  examples: [
    {
      command: 'orchestrate windows add --days sat,sun --from 03:00 --to 05:00 --reason "nobody renders then"',
      explains: 'Waiting changes merge in these nights.',
    },
    {
      command: 'orchestrate windows add --freeze --from 2026-12-20 --to 2027-01-04 --reason holidays',
      explains: 'Nothing merges over the holidays.',
    },
  ],
  async run(app, { reason, ...asked }) {
    const entry = entryOf(asked, app.outside.host.timeZone);
    await app.ask('window.add', { entry, reason, by: personOf(app) });
    return loadTimes(app);
  },
});

function entryOf(asked: Asked, localZone: string): MergeWindow | Freeze {
  const { from, to, days, zone, freeze } = asked;
  const named = zone ?? localZone;
  if (!isZone(named)) throw bad('--zone has to be the name of a time zone such as Europe/Zurich');
  const field = freeze ? dateField : timeField;
  for (const [flag, text] of [
    ['--from', from],
    ['--to', to],
  ] as const) {
    const result = field.safeParse(text);
    if (!result.success) throw bad(`${flag} ${result.error.issues[0]?.message ?? 'does not fit'}`);
  }
  if (!freeze) {
    if (from === to) throw bad('--to is the same as --from: such a window is never open');
    return { kind: 'window', days: daysOf(days), from, to, zone: named };
  }
  if (days !== null) throw bad('--days belongs to a window, not to a freeze');
  const entry = { kind: 'freeze', from, to, zone: named } as const;
  const { fromMs, toMs } = freezeSpan(entry);
  if (fromMs >= toMs) throw bad('--to is before --from');
  return entry;
}

function daysOf(text: string | null): readonly Weekday[] {
  if (text === null) return weekdays;
  const asked = text
    .toLowerCase()
    .split(',')
    .map((one) => one.trim());
  const unknown = asked.find((one) => !weekdays.some((day) => day === one));
  if (unknown !== undefined) throw bad(`--days has to be days out of ${weekdays.join(', ')}, with commas between`);
  return weekdays.filter((day) => asked.includes(day));
}

const bad = (sentence: string): Fault =>
  new Fault('USAGE_BAD_ARGUMENT', `${sentence}.`, {
    hints: ['orchestrate windows add --help'],
    state: 'Nothing was changed.',
  });
