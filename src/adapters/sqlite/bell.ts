import { watch, type FSWatcher } from 'node:fs';

/** How often waiters look by themselves, for a writer that died between its commit and its ring. */
const pollMs = 1_000;

interface Waiter {
  readonly since: number;
  readonly wake: () => void;
}

/**
 * Waits for commits of any process: watches the bell file, and polls slowly besides. Watching the database
 * itself would wake too early, at the write and before the commit can be seen. Holds nothing open while
 * nobody waits.
 */
export class Bell {
  readonly #file: string;
  readonly #version: () => number;
  readonly #waiters = new Set<Waiter>();
  #watcher: FSWatcher | undefined;
  #poll: NodeJS.Timeout | undefined;
  #isClosed = false;

  /** `version` tells whether anything was committed: it differs after a commit of another connection. */
  constructor(file: string, version: () => number) {
    this.#file = file;
    this.#version = version;
  }

  /** Resolves when the version is no longer `since`, after `timeoutMs`, on abort, or on close. */
  wait(options: {
    readonly since: number;
    readonly timeoutMs?: number;
    readonly signal?: AbortSignal | undefined;
  }): Promise<void> {
    const { since, timeoutMs, signal } = options;
    return new Promise((resolve, reject) => {
      if (this.#isClosed || signal?.aborted === true) return resolve();
      const finish = (): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', finish);
        this.#waiters.delete(waiter);
        if (this.#waiters.size === 0) this.#disarm();
        resolve();
      };
      const waiter: Waiter = { since, wake: finish };
      const timer = timeoutMs === undefined ? undefined : setTimeout(finish, Math.min(timeoutMs, 2 ** 31 - 1));
      signal?.addEventListener('abort', finish, { once: true });
      this.#waiters.add(waiter);
      this.#arm();
      // Looked at after arming: a commit in between has rung before anyone listened.
      try {
        this.look();
      } catch (error) {
        finish();
        reject(error);
      }
    });
  }

  /** Wakes those for whom something was committed. */
  look(): void {
    if (this.#waiters.size === 0) return;
    const version = this.#version();
    for (const waiter of [...this.#waiters]) if (waiter.since !== version) waiter.wake();
  }

  /** Wakes everyone, for good. */
  close(): void {
    this.#isClosed = true;
    for (const waiter of [...this.#waiters]) waiter.wake();
  }

  #arm(): void {
    this.#poll ??= setInterval(this.#lookOrWakeAll, pollMs);
    if (this.#watcher !== undefined) return;
    try {
      this.#watcher = watch(this.#file, { persistent: true }, this.#lookOrWakeAll);
      this.#watcher.on('error', () => this.#dropWatcher());
    } catch {
      // The file is gone or the system has no watch left: the poll goes on.
    }
  }

  /** A ledger that cannot be read any more is for the waiters to meet, at their next read. */
  readonly #lookOrWakeAll = (): void => {
    try {
      this.look();
    } catch {
      for (const waiter of [...this.#waiters]) waiter.wake();
    }
  };

  #disarm(): void {
    clearInterval(this.#poll);
    this.#poll = undefined;
    this.#dropWatcher();
  }

  #dropWatcher(): void {
    this.#watcher?.close();
    this.#watcher = undefined;
  }
}
