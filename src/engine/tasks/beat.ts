import { canonicalJson } from '../../base/json.ts';
import { row } from '../../domain/journal/kinds.ts';
import { beatEveryMs } from '../../domain/scale/dead.ts';
import { markOf } from '../context.ts';
import type { Engine } from '../engine.ts';
import { composedInstance } from '../instances/start.ts';
import { requireLease, slotDir } from './slot.ts';

/** Entries of a slot that are looked at: a home holds declarations. */
const maxEntries = 5_000;

/**
 * Writes down once a minute, until the signal aborts, how much of an attempt can be seen: programs that carry its mark, and since
 * when neither its files nor its rows nor its programs moved. Times are of a clock that never jumps. Only looks.
 */
export async function beat(
  engine: Engine,
  { run, task, attempt }: { run: string; task: string; attempt: string },
  signal: AbortSignal,
): Promise<void> {
  const { clock, processes, files } = engine.outside;
  // A service under test carries the mark of its instance.
  const isOfAttempt = (mark: string): boolean =>
    mark === markOf(engine, attempt) ||
    engine.host
      .all('instance')
      .some(
        ({ subject, state }) =>
          state !== 'stopped' && mark === markOf(engine, subject) && composedInstance(engine, subject).run === run,
      );
  let before = '';
  let movedMs = clock.monotonicMs();
  while (await clock.sleep(beatEveryMs, signal)) {
    const programs = await processes.findMarked(isOfAttempt);
    const { statDigest } = await files.tally(slotDir(engine, requireLease(engine, run)), { maxEntries });
    const newest = engine.ledger
      .read({ run, descending: true, limit: 20 })
      .find(({ kind }) => kind !== 'attempt.beat' && kind !== 'status.summarised');
    const now = canonicalJson({ pids: programs.map(({ pid }) => pid), statDigest, row: newest?.seq ?? 0 });
    const nowMs = clock.monotonicMs();
    if (now !== before) movedMs = nowMs;
    before = now;
    if (signal.aborted) return;
    const quietMs = Math.round(nowMs - movedMs);
    await engine.ledger.append([
      row('attempt.beat', { task, attempt, nPrograms: programs.length, quietMs }, { run, keys: [`beat:${attempt}`] }),
    ]);
  }
}
