import type { Clock } from '../../ports/system.ts';
import { readBootName } from './boot-name.ts';

/** The longest time a Node timer takes; a longer one fires at once. */
const maxTimerMs = 2 ** 31 - 1;

/** Creates the clock of the machine. */
export function createSystemClock(): Clock {
  let boot: string | undefined;
  return {
    nowMs: () => Date.now(),
    monotonicMs: sinceBootMs,
    bootName: () => (boot ??= readBootName()),
    sleep,
  };
}

/** Not `performance.now()`: that counts from the start of the process, and processes have to agree about a lease. */
const sinceBootMs = (): number => Number(process.hrtime.bigint()) / 1e6;

async function sleep(ms: number, signal?: AbortSignal): Promise<boolean> {
  const dueAtMs = performance.now() + ms;
  for (;;) {
    const leftMs = dueAtMs - performance.now();
    if (signal?.aborted === true) return false;
    if (leftMs <= 0) return true;
    await nap(Math.min(leftMs, maxTimerMs), signal);
  }
}

/** A timer may fire a fraction of a millisecond early, so the caller looks at the time again. */
function nap(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const finish = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', finish);
      resolve();
    };
    const timer = setTimeout(finish, Math.ceil(ms));
    signal?.addEventListener('abort', finish, { once: true });
  });
}
