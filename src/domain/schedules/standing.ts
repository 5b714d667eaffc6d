import type { JsonObject } from '../../base/json.ts';
import type { Actor } from '../journal/actor.ts';
import { dataOf } from '../journal/kinds.ts';
import type { Schedule } from './schedule.ts';

/** A schedule that holds. */
export interface ScheduleInForce {
  readonly schedule: Schedule;
  readonly from: 'command' | 'file';
  readonly by: Actor;
  /** Journal row that says so. */
  readonly row: number;
  /** Fires before this are not its matter: it was added, or resumed, then. */
  readonly sinceMs: number;
  readonly sinceRow: number;
  readonly paused: {
    readonly reason: string;
    readonly by: Actor;
    readonly atMs: number;
    readonly failures: readonly string[];
  } | null;
}

interface ScheduleEntry {
  readonly seq: number;
  readonly atMs: number;
  readonly kind: string;
  readonly data: JsonObject;
}

/** Returns the schedules in force, by id, from the rows of the key `schedules`, the oldest first. */
export function schedulesInForce(rows: Iterable<ScheduleEntry>): ReadonlyMap<string, ScheduleInForce> {
  const found = new Map<string, ScheduleInForce>();
  for (const entry of rows) {
    const { seq: row, atMs } = entry;
    const added = dataOf('schedule.added', entry);
    if (added !== undefined) {
      const { schedule, from, by } = added;
      // One that is changed stays paused: whoever paused it is not overruled by an edit.
      const paused = found.get(schedule.id)?.paused ?? null;
      found.set(schedule.id, { schedule, from, by, row, sinceMs: atMs, sinceRow: row, paused });
    }
    const removed = dataOf('schedule.removed', entry);
    if (removed !== undefined) found.delete(removed.schedule);
    const stopped = dataOf('schedule.paused', entry);
    const before = found.get(stopped?.schedule ?? dataOf('schedule.resumed', entry)?.schedule ?? '');
    if (before === undefined) continue;
    if (stopped !== undefined) {
      const { reason, by, failures } = stopped;
      found.set(before.schedule.id, { ...before, paused: { reason, by, atMs, failures } });
    } else {
      found.set(before.schedule.id, { ...before, sinceMs: atMs, sinceRow: row, paused: null });
    }
  }
  return found;
}
