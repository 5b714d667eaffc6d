import { closeSync, constants, openSync, readFileSync, writeSync } from 'node:fs';

import type { ChainHead } from '../../domain/journal/chain.ts';

/** Where the byte of a request goes: behind the longest line about a head. */
const requestOffset = 120;

/**
 * Rings the bell file: a write into it wakes everyone who watches it. It carries the head of the journal,
 * so that rows that vanish from the end of the database afterwards are missed.
 */
export class BellRope {
  readonly #file: string;
  #handle: number | undefined;

  constructor(file: string) {
    this.#file = file;
  }

  /** Rings. Must be called after the commit. A bell that cannot be written is no failure: waiters also poll. */
  ring(head: ChainHead | undefined): void {
    try {
      this.#handle ??= openSync(this.#file, constants.O_WRONLY | constants.O_CREAT, 0o600);
      if (head === undefined) writeSync(this.#handle, '.', requestOffset);
      else writeSync(this.#handle, `${head.seq} ${head.hash} ${head.seq}\n`, 0);
    } catch {
      // The commit is what counts.
    }
  }

  close(): void {
    if (this.#handle !== undefined) closeSync(this.#handle);
    this.#handle = undefined;
  }
}

/**
 * Returns the head that was committed when the bell was last rung for rows. It is written after the commit
 * was durable, so a journal that ends before it has lost rows. The number stands at both ends of the line: a
 * line caught half-written is no witness.
 */
export function findWitness(file: string): ChainHead | undefined {
  let text: string;
  try {
    text = readFileSync(file, 'latin1');
  } catch {
    return undefined;
  }
  const match = /^(\d{1,15}) ([0-9a-f]{64}) (\d{1,15})\n/.exec(text);
  if (match === null || match[1] !== match[3]) return undefined;
  return { seq: Number(match[1]), hash: match[2] ?? '' };
}
