import type { Clock } from '../../src/ports/system.ts';

/** A clock that stands still until it is moved. */
export interface FakeClock extends Clock {
  /** Moves both clocks on, and wakes each sleeper at its own time, letting what it does settle. */
  advance(ms: number): Promise<void>;
  /** Sets the wall clock alone, as a person or a time server does. */
  setNowMs(nowMs: number): void;
  /** The machine starts again: the clock that never jumps begins anew, by another name; nobody may sleep. */
  startAgain(): void;
  readonly nSleepers: number;
}

interface Sleeper {
  readonly dueAtMs: number;
  wake(isDue: boolean): void;
}

/** Creates a clock at 2026-01-01, or at `startMs`. */
export function createFakeClock(startMs: number = Date.UTC(2026, 0, 1)): FakeClock {
  let monotonicMs = 0;
  let wallOffsetMs = startMs;
  let nBoots = 1;
  const sleepers = new Set<Sleeper>();

  const sleep = (ms: number, signal?: AbortSignal): Promise<boolean> => {
    if (signal?.aborted === true) return Promise.resolve(false);
    if (ms <= 0) return Promise.resolve(true);
    return new Promise((resolve) => {
      const onAbort = (): void => sleeper.wake(false);
      const sleeper: Sleeper = {
        dueAtMs: monotonicMs + ms,
        wake: (isDue) => {
          sleepers.delete(sleeper);
          signal?.removeEventListener('abort', onAbort);
          resolve(isDue);
        },
      };
      sleepers.add(sleeper);
      signal?.addEventListener('abort', onAbort, { once: true });
    });
  };

  const advance = async (ms: number): Promise<void> => {
    const untilMs = monotonicMs + ms;
    await settle();
    for (let next = earliest(sleepers); next !== undefined && next.dueAtMs <= untilMs; next = earliest(sleepers)) {
      monotonicMs = next.dueAtMs;
      next.wake(true);
      await settle();
    }
    monotonicMs = untilMs;
    await settle();
  };

  return {
    nowMs: () => wallOffsetMs + monotonicMs,
    monotonicMs: () => monotonicMs,
    bootName: () => `boot-${nBoots}`,
    sleep,
    advance,
    setNowMs: (nowMs) => {
      wallOffsetMs = nowMs - monotonicMs;
    },
    startAgain: () => {
      if (sleepers.size > 0) throw new Error('a process outlived the machine');
      nBoots += 1;
      wallOffsetMs += monotonicMs;
      monotonicMs = 0;
    },
    get nSleepers() {
      return sleepers.size;
    },
  };
}

/** The one that has slept longest comes first among those due together. */
function earliest(sleepers: ReadonlySet<Sleeper>): Sleeper | undefined {
  let first: Sleeper | undefined;
  for (const sleeper of sleepers) if (first === undefined || sleeper.dueAtMs < first.dueAtMs) first = sleeper;
  return first;
}

function settle(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
