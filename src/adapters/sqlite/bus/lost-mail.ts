import type { DatabaseSync, StatementSync } from 'node:sqlite';

import type { Address } from '../../../domain/bus/address.ts';
import type { StoredDelivery } from './stored-mail.ts';

/** Messages that one call gives: a few milliseconds of a commit. */
const batchRows = 500;

/** What is undeliverable, until somebody has a mailbox for it. Must be called inside a transaction. */
export class LostMail {
  readonly #isFull: (mailbox: Address, limit: number) => boolean;
  readonly #find: StatementSync;
  readonly #copy: StatementSync;
  readonly #remove: StatementSync;

  constructor(db: DatabaseSync, parts: { readonly isFull: (mailbox: Address, limit: number) => boolean }) {
    this.#isFull = parts.isFull;
    this.#find = db.prepare(
      `SELECT * FROM bus_deliveries WHERE mailbox = ?1 AND state = 'undeliverable' AND (?2 IS NULL OR sender = ?2)
       ORDER BY id LIMIT ${batchRows}`,
    );
    this.#copy = db.prepare(
      `INSERT INTO bus_deliveries (id, mailbox, sender, state, due_boot, due_ms, due_wall_ms)
       VALUES (?, ?, ?, 'waiting', ?, ?, ?) ON CONFLICT DO NOTHING`,
    );
    this.#remove = db.prepare('DELETE FROM bus_deliveries WHERE id = ? AND mailbox = ?');
  }

  /**
   * Gives a batch of what lies under an address to mailboxes, oldest first; `sender` null: of everybody. Stops at the first mailbox that
   * is full. Returns how many it gave.
   */
  give(options: {
    readonly to: Address;
    readonly sender: Address | null;
    readonly mailboxes: readonly Address[];
    readonly limit: number;
  }): number {
    const { to, sender, mailboxes, limit } = options;
    let nGiven = 0;
    for (const one of this.#find.all(to, sender) as unknown as StoredDelivery[]) {
      // A place that is one of its own mailboxes does not grow by it.
      if (mailboxes.some((mailbox) => mailbox !== to && this.#isFull(mailbox, limit))) return nGiven;
      this.#remove.run(one.id, to);
      for (const mailbox of mailboxes)
        this.#copy.run(one.id, mailbox, one.sender, one.due_boot, one.due_ms, one.due_wall_ms);
      nGiven += 1;
    }
    return nGiven;
  }
}
