import { z } from 'zod';

import { Fault } from '../../base/fault.ts';
import { dataOf } from '../../domain/journal/kinds.ts';
import type { App } from '../app.ts';
import { pastFires, pastFiresSchema, scheduleSchema, schedulesOf, scheduleView } from '../views/schedule-view.ts';

export const scheduleIdField = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,39}$/, 'has to be the id of a schedule, like nightly-maintenance')
  .describe('Its id, e.g. `nightly-maintenance`.');

export const watchSchema = z
  .enum(['stays', 'while-busy', 'nobody'])
  .describe(
    'Who fires: `stays`: a supervisor that is kept alive; `while-busy`: one that ends when nothing is to be done; `nobody`: none runs.',
  );

export const schedulesSchema = z.object({
  schedules: z.array(scheduleSchema).describe('By id.'),
  watch: watchSchema,
  problem: z.string().nullable().describe('Why the branch’s ops/schedules.yaml is not taken, or null.'),
});
export type SchedulesView = z.infer<typeof schedulesSchema>;

export const scheduleShownSchema = scheduleSchema.extend({ watch: watchSchema, fires: pastFiresSchema });
export type ScheduleShown = z.infer<typeof scheduleShownSchema>;

/** Returns all schedules as they stand now, and who fires them. */
export async function loadSchedules(app: App): Promise<SchedulesView> {
  const { ledger } = await app.installation();
  const moment = momentOf(app);
  const declared = dataOf('schedule.declared', ledger.latest('schedules-file'));
  return {
    schedules: [...schedulesOf(ledger).values()]
      .map((one) => scheduleView(ledger, one, moment))
      .sort((a, b) => (a.id < b.id ? -1 : 1)),
    watch: await watchOf(app),
    problem: declared?.problem ?? null,
  };
}

/** Returns one schedule with its newest fires. Fault: `SCHEDULE_NOT_FOUND`. */
export async function loadSchedule(app: App, id: string, nFires = 10): Promise<ScheduleShown> {
  const { ledger } = await app.installation();
  const view = scheduleView(ledger, await requireSchedule(app, id), momentOf(app));
  return { ...view, watch: await watchOf(app), fires: [...pastFires(ledger, id, nFires)] };
}

/** Returns the schedule in force. Fault: `SCHEDULE_NOT_FOUND`. */
export async function requireSchedule(app: App, id: string) {
  const found = schedulesOf((await app.installation()).ledger).get(id);
  if (found !== undefined) return found;
  throw new Fault('SCHEDULE_NOT_FOUND', `There is no schedule ${id}.`, { hints: ['orchestrate schedule list'] });
}

export const momentOf = ({ outside }: App) => ({ nowMs: outside.clock.nowMs(), sha256: outside.digest.sha256 });

/** Returns who looks after the installation now. */
export async function watchOf(app: App): Promise<SchedulesView['watch']> {
  const { ledger } = await app.installation();
  if (!(await ledger.isHeld())) return 'nobody';
  const [entry] = ledger.read({ kinds: ['supervisor.started'], descending: true, limit: 1 });
  return dataOf('supervisor.started', entry)?.stays === true ? 'stays' : 'while-busy';
}
