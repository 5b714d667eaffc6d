import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { performance } from 'node:perf_hooks';

import { Fault } from '../../base/fault.ts';
import { SupervisorLock } from '../sqlite/supervisor-lock.ts';
import { memoryFault } from './memory-faults.ts';

/** A write takes milliseconds, so whoever keeps the lock this long is stopped or stuck. */
const patienceMs = 10_000;

/** One writer at a time, in this process and among all; the kernel frees it when a process dies. */
export class MemoryLock {
  readonly #file: string;
  readonly #lock: SupervisorLock;
  #last: Promise<unknown> = Promise.resolve();

  constructor(file: string) {
    this.#file = file;
    this.#lock = new SupervisorLock(file);
  }

  /** Runs the work with the lock held. Fault: `MEMORY_UNAVAILABLE` when somebody keeps it. */
  hold<T>(work: () => T): Promise<T> {
    const turn = this.#last.then(() => this.#holdNow(work));
    this.#last = turn.catch(() => {}); // Each caller is told of its own failure.
    return turn;
  }

  async #holdNow<T>(work: () => T): Promise<T> {
    const untilMs = performance.now() + patienceMs;
    while (!(await this.#tryAcquire())) {
      if (performance.now() < untilMs) continue;
      throw new Fault('MEMORY_UNAVAILABLE', `Another process has kept ${this.#file} for ${patienceMs / 1_000} s.`, {
        state: 'Nothing was changed.',
        hints: ['orchestrate status', `fuser ${this.#file}`],
      });
    }
    try {
      return work();
    } finally {
      this.#lock.release();
    }
  }

  async #tryAcquire(): Promise<boolean> {
    try {
      mkdirSync(dirname(this.#file), { recursive: true, mode: 0o700 });
      return await this.#lock.tryAcquire();
    } catch (error) {
      throw memoryFault(error instanceof Fault ? error.cause : error, this.#file, 'Nothing was changed.');
    }
  }
}
