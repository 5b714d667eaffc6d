import type { Missed } from '../../schedules/decide.ts';
import type { Schedule } from '../../schedules/schedule.ts';
import type { Actor } from '../actor.ts';

/** Schedules and their fires. A fire that starts a run is that run's `run.created`. */
export interface ScheduleRows {
  /** [`schedule:<id>`, `schedules`] It holds from here on, in place of one of that id. `file`: it is declared in `ops/schedules.yaml`. */
  'schedule.added': { readonly schedule: Schedule; readonly from: 'command' | 'file'; readonly by: Actor };
  /** [`schedule:<id>`, `schedules`] */
  'schedule.removed': { readonly schedule: string; readonly reason: string | null; readonly by: Actor };
  /** [`schedule:<id>`, `schedules`] It fires no more until it is resumed. By a rule: after `failures` runs in a row that failed. */
  'schedule.paused': {
    readonly schedule: string;
    readonly reason: string;
    readonly failures: readonly string[];
    readonly by: Actor;
  };
  /** [`schedule:<id>`, `schedules`] What came in between is not caught up with. */
  'schedule.resumed': { readonly schedule: string; readonly by: Actor };
  /** [`due:<id>`, `fires:<id>`] Fires that started no run. `because`: what was seen, where `why` does not say it all. */
  'schedule.missed': Missed & { readonly schedule: string; readonly because: string | null };
  /** [`schedules-file`] What the branch's `ops/schedules.yaml` declares; `digest` null: there is none. With a problem the ones before hold. */
  'schedule.declared': {
    readonly digest: string | null;
    readonly ids: readonly string[];
    readonly problem: string | null;
  };
}
