import { dataOf } from '../../domain/journal/kinds.ts';
import { type Moves, movesOf } from '../../domain/services/moves.ts';
import { type Hang, judgeStillness, rests, type Seen, type Stillness } from '../../domain/services/stillness.ts';
import type { Engine } from '../engine.ts';
import { createWorkLook } from './look-at-work.ts';
import { hungKey, lookEveryMs } from './watch-stillness.ts';

export interface Watched {
  readonly moves: Moves;
  readonly hang: Pick<Hang, 'cause' | 'stillMs'> | null;
  /** The prompt that runs; null: none does, or it does not tell. */
  readonly prompt: string | null;
}

/**
 * Looks at an instance that is up until it is clear whether it gets on, or the time is over; by the judgement that raises `service:hung`.
 * What was told of it before counts where a second look saw nothing move. Writes nothing.
 */
export async function watchWork(
  engine: Engine,
  { instance, watchMs, signal }: { readonly instance: string; readonly watchMs: number; readonly signal: AbortSignal },
): Promise<Watched> {
  const { clock } = engine.outside;
  const { look } = createWorkLook(engine, instance);
  const first = await look();
  let seen = first;
  let judged = judgeStillness(undefined, seen);
  while (!isClear(engine, instance, judged) && seen.atMs - first.atMs < watchMs) {
    await clock.sleep(Math.min(lookEveryMs, watchMs), signal);
    signal.throwIfAborted();
    seen = await look();
    judged = judgeStillness(judged.now, seen);
  }
  const hang = judged.hang ?? toldOf(engine, instance, judged.now);
  return {
    moves: movesOf({ now: judged.now, hang, rests: isResting(first, seen) }),
    hang: hang === null ? null : { cause: hang.cause, stillMs: hang.stillMs },
    prompt: seen.queue?.running[0] ?? null,
  };
}

type Judged = ReturnType<typeof judgeStillness>;

/** What was told has to be seen by two looks: only they tell whether it moves again, or its process rests. */
function isClear(engine: Engine, instance: string, { now, hang }: Judged): boolean {
  if (hang !== null || now.subject === null || now.hasMoved) return true;
  const told = toldOf(engine, instance, now);
  return told !== null && (told.cause === 'worker' || now.nLooks > 1);
}

/** The hang that was told of it and that two looks saw go on; a dead worker stays dead whatever waits. */
function toldOf({ ledger }: Engine, instance: string, { subject, hasMoved, nLooks }: Stillness): Hang | null {
  const told = dataOf('service.hung', ledger.latest(hungKey));
  if (told === undefined || told.instance !== instance) return null;
  return told.cause === 'worker' || (told.subject === subject && !hasMoved && nLooks > 1) ? told : null;
}

const isResting = (first: Seen, last: Seen): boolean =>
  rests({ fromMs: first.cpuMs, toMs: last.cpuMs, forMs: last.atMs - first.atMs });
