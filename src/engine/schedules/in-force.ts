import { type ScheduleInForce, schedulesInForce } from '../../domain/schedules/standing.ts';
import type { Entry, Ledger } from '../../ports/index.ts';

const pageRows = 10_000;

/** Returns the schedules in force, by id. */
export const schedulesNow = (ledger: Pick<Ledger, 'read'>): ReadonlyMap<string, ScheduleInForce> =>
  schedulesInForce(rowsOf(ledger));

function* rowsOf(ledger: Pick<Ledger, 'read'>): Generator<Entry> {
  for (let afterSeq = 0; ;) {
    const page = ledger.read({ key: 'schedules', afterSeq, limit: pageRows });
    yield* page;
    const last = page.at(-1);
    if (last === undefined || page.length < pageRows) return;
    afterSeq = last.seq;
  }
}
