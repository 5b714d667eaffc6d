import { randomInt } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';

import { Fault } from '../../base/fault.ts';
import { databaseFault, isBusy } from './database-faults.ts';

/** A commit takes milliseconds, so whoever keeps the lock this long is stopped or stuck. */
const patienceMs = 10_000;
const maxPauseMs = 16;

/**
 * Repeats the work while another connection has the lock, without blocking the thread. SQLite's own
 * waiting sleeps on the thread and is unfair: the unlucky one waits for hundreds of milliseconds.
 * Faults: `LEDGER_UNAVAILABLE` when the lock stays taken, and those of `databaseFault`.
 */
export async function retryBusy<T>(file: string, work: () => T, limitMs = patienceMs): Promise<T> {
  const giveUpAtMs = performance.now() + limitMs;
  for (let attempt = 0; ; attempt += 1) {
    try {
      return work();
    } catch (error) {
      if (!isBusy(error)) throw databaseFault(error, file);
      if (performance.now() >= giveUpAtMs) {
        throw new Fault('LEDGER_UNAVAILABLE', `Another process has kept ${file} locked for ${limitMs / 1000} s.`, {
          state: 'Nothing of this call was written.',
          cause: error,
        });
      }
    }
    await pause(randomInt(1, Math.min(maxPauseMs, 2 + attempt) + 1));
  }
}
