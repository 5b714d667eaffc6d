import { faultRecord } from '../../base/fault.ts';
import type { ScheduleInForce } from '../../domain/schedules/standing.ts';
import { isEnd } from '../effects/is-end.ts';
import type { Engine } from '../engine.ts';
import { schedulesNow } from './in-force.ts';
import { createDeclaredReader } from './read-declared.ts';
import { tend } from './tend.ts';

export interface ScheduleKeeper {
  /** Fires what is due. */
  look(): Promise<void>;
}

/** When a schedule is looked at again: at a time, or when the run that goes on has ended. */
interface Wait {
  readonly untilMs: number;
  readonly run: string | null;
}

/**
 * Starts runs at their time. What is due follows from rows and the clock alone, so that the next process goes on where a killed one
 * stopped; between two looks a thousand schedules cost a comparison each.
 */
export function createScheduleKeeper(engine: Engine): ScheduleKeeper {
  const readDeclared = createDeclaredReader(engine);
  const waits = new Map<string, Wait>();
  /** Where those stand whose last fire lies ahead of a clock that was put back. */
  const anchors = new Map<string, number>();
  let inForce: ReadonlyMap<string, ScheduleInForce> = new Map();
  let readThrough = -1;
  let lookedMs = Number.NEGATIVE_INFINITY;

  const isDue = (id: string, nowMs: number): boolean => {
    const wait = waits.get(id);
    if (wait === undefined || nowMs >= wait.untilMs) return true;
    return wait.run !== null && engine.ledger.latest(`close:${wait.run}`) !== undefined;
  };

  return {
    async look() {
      await readDeclared();
      const nowMs = engine.outside.clock.nowMs();
      const newest = engine.ledger.latest('schedules')?.seq ?? 0;
      if (newest !== readThrough) {
        const before = inForce;
        inForce = schedulesNow(engine.ledger);
        readThrough = newest;
        for (const id of waits.keys()) if (!isAsBefore(before.get(id), inForce.get(id))) waits.delete(id);
      }
      // What was worked out for times that have not come yet says nothing once a clock was put back.
      if (nowMs < lookedMs) waits.clear();
      lookedMs = nowMs;
      for (const one of inForce.values()) {
        const { id } = one.schedule;
        if (one.paused !== null || !isDue(id, nowMs)) continue;
        try {
          waits.set(id, await tend(engine, one, anchors));
        } catch (error) {
          if (isEnd(error)) throw error;
          engine.outside.log.warn('a schedule cannot be looked after; it is tried again', {
            schedule: id,
            ...faultRecord(error),
          });
        }
      }
    },
  };
}

/** Nothing was said about it since: what was worked out holds. */
const isAsBefore = (before: ScheduleInForce | undefined, now: ScheduleInForce | undefined): boolean =>
  before?.row === now?.row && before?.sinceRow === now?.sinceRow && before?.paused?.atMs === now?.paused?.atMs;
