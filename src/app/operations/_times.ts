import { z } from 'zod';

import { type InForce, tonight } from '../../domain/policy/merge-time.ts';
import { entryText, type Freeze, freezeSpan, type MergeWindow, nextSpan } from '../../domain/policy/windows.ts';
import { timesOf } from '../../engine/policy/times.ts';
import type { App } from '../app.ts';

const timeSchema = z.object({
  id: z.string().describe('`w3`, or its line in a file; `tonight` where none is written.'),
  kind: z.enum(['window', 'freeze']).describe('In a window waiting changes merge; in a freeze none does.'),
  text: z.string().describe('When, as people write it.'),
  reason: z.string().nullable().describe('Why it is there.'),
  at: z.string().describe('What says so: a line of a file, a journal row, or `built in`.'),
  isNow: z.boolean().describe('It is open, or frozen, now.'),
  fromMs: z.number().describe('When it begins next, or began, in milliseconds since 1970.'),
  toMs: z.number().describe('When it ends then.'),
});
export const timesSchema = z
  .object({
    zone: z.string().describe('Time zone of this machine: that of windows without one.'),
    nowMs: z.number().describe('Now, in milliseconds since 1970.'),
    state: z.enum(['open', 'shut', 'frozen']).describe('What a change that waits for a window meets now.'),
    times: z.array(timeSchema).describe('In the order in which they begin; freezes that are over are left out.'),
  })
  .describe('When waiting changes merge.');
export type TimesView = z.infer<typeof timesSchema>;

/** Returns the windows and freezes in force as they are now. */
export async function loadTimes(app: App): Promise<TimesView> {
  const { clock, host } = app.outside;
  const nowMs = clock.nowMs();
  const { windows, freezes } = timesOf({ ...(await app.installation()), outside: app.outside });
  const times = [
    ...(windows.length === 0 ? [tonight(host.timeZone)] : windows).map((one) =>
      timeView(one, nextSpan(one.entry, nowMs), nowMs),
    ),
    ...freezes.map((one) => timeView(one, freezeSpan(one.entry), nowMs)).filter(({ toMs }) => toMs > nowMs),
  ].sort((a, b) => a.fromMs - b.fromMs);
  const isNow = (kind: string): boolean => times.some((one) => one.kind === kind && one.isNow);
  return {
    zone: host.timeZone,
    nowMs,
    state: isNow('freeze') ? 'frozen' : isNow('window') ? 'open' : 'shut',
    times,
  };
}

const timeView = (
  { id, entry, reason, at }: InForce<MergeWindow | Freeze>,
  { fromMs, toMs }: { fromMs: number; toMs: number },
  nowMs: number,
): TimesView['times'][number] => ({
  ...{ id, kind: entry.kind, text: entryText(entry), reason, at },
  ...{ isNow: fromMs <= nowMs && nowMs < toMs, fromMs, toMs },
});
