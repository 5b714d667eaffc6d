import { faultOfEvent } from '../../domain/journal/fault-of-event.ts';
import { dataOf } from '../../domain/journal/kinds.ts';
import type { StartedRun } from '../../domain/schedules/decide.ts';
import { failuresInARow, fireOutcome } from '../../domain/schedules/fires.ts';
import { maxCatchUpMost } from '../../domain/schedules/schedule.ts';
import type { EngineContext } from '../context.ts';

type Reader = Pick<EngineContext, 'ledger'>;

/** Runs that are looked back at for failures in a row; more of them pause no schedule. */
const maxRuns = 200;

/** Returns the runs that a schedule started of late, the newest first, and when they ended. */
export function startedRuns({ ledger }: Reader, id: string): readonly StartedRun[] {
  return ledger
    .read({ key: `fires:${id}`, kinds: ['run.created'], descending: true, limit: maxCatchUpMost + 1 })
    .flatMap((entry) => {
      const run = dataOf('run.created', entry)?.run;
      if (run === undefined) return [];
      return [{ run, createdMs: entry.atMs, closedMs: ledger.latest(`close:${run}`)?.atMs ?? null }];
    });
}

/** Returns the run of a schedule that goes on, or undefined. */
export const openRunOf = (reader: Reader, id: string): string | undefined =>
  startedRuns(reader, id).find(({ closedMs }) => closedMs === null)?.run;

/** Returns the runs of a schedule that failed in a row since a row, the newest first. */
export function failedRuns({ ledger }: Reader, id: string, sinceRow: number): readonly string[] {
  const runs = ledger
    .read({ key: `fires:${id}`, kinds: ['run.created'], afterSeq: sinceRow, descending: true, limit: maxRuns })
    .flatMap((entry) => dataOf('run.created', entry)?.run ?? []);
  return failuresInARow(
    runs.map((run) => {
      const closed = dataOf('run.closed', ledger.latest(`close:${run}`))?.state;
      const moved = dataOf('machine.moved', ledger.latest(`machine:${run}`));
      return { run, outcome: fireOutcome(closed, moved === undefined ? null : faultOfEvent(moved.event)) };
    }),
  );
}
