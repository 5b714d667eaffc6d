import { randomInt } from 'node:crypto';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as pause } from 'node:timers/promises';

import { databaseFault, isBusy } from './database-faults.ts';

/** Someone who only looks whether the lock is held keeps it shared for a moment; a holder keeps it. */
const attempts = 6;
const maxPauseMs = 12;

/**
 * A lock that the kernel frees when the process dies: an exclusive transaction, never ended, on an empty
 * database. Nothing is ever written there, so it cannot be damaged. A stopped holder still holds it.
 */
export class SupervisorLock {
  readonly #file: string;
  #held: DatabaseSync | undefined;

  constructor(file: string) {
    this.#file = file;
  }

  get isHeldHere(): boolean {
    return this.#held !== undefined;
  }

  /** Takes the lock, or returns false when somebody has it, this object included. */
  async tryAcquire(): Promise<boolean> {
    for (let attempt = 0; attempt < attempts; attempt += 1) {
      if (this.#held !== undefined) return false;
      if (this.#tryOnce()) return true;
      await pause(randomInt(1, maxPauseMs + 1));
    }
    return false;
  }

  /** Is some process holding the lock now. */
  isHeld(): boolean {
    return this.isHeldHere || isLockHeld(this.#file);
  }

  /** Frees the lock. A repeat is safe. */
  release(): void {
    this.#held?.close();
    this.#held = undefined;
  }

  #tryOnce(): boolean {
    const db = this.#open();
    try {
      db.exec('BEGIN EXCLUSIVE');
      this.#held = db;
      return true;
    } catch (error) {
      db.close();
      if (isBusy(error)) return false;
      throw databaseFault(error, this.#file);
    }
  }

  #open(): DatabaseSync {
    try {
      return new DatabaseSync(this.#file, { timeout: 0 });
    } catch (error) {
      throw databaseFault(error, this.#file);
    }
  }
}

function isLockHeld(file: string): boolean {
  try {
    const db = new DatabaseSync(file, { readOnly: true, timeout: 0 });
    try {
      db.prepare('SELECT count(*) FROM sqlite_schema').get();
      return false;
    } finally {
      db.close();
    }
  } catch (error) {
    if (isBusy(error)) return true;
    throw databaseFault(error, file);
  }
}
