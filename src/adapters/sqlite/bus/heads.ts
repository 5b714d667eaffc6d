import type { DatabaseSync, StatementSync } from 'node:sqlite';

import type { Address } from '../../../domain/bus/address.ts';
import { isLeaseOver, isPast, type Moment } from '../../../domain/bus/lifetime.ts';
import { dueOf, leaseOf, type StoredDelivery } from './stored-mail.ts';

const open = "state IN ('waiting', 'taken')";

/** Goes from sender to sender by the index: a mailbox with a million messages of few senders is as fast as a small one. */
const sendersOf = `
  WITH RECURSIVE senders (sender) AS (
    SELECT * FROM (SELECT sender FROM bus_deliveries WHERE mailbox = ?1 AND ${open} ORDER BY sender LIMIT 1)
    UNION ALL
    SELECT (SELECT d.sender FROM bus_deliveries d
      WHERE d.mailbox = ?1 AND d.state IN ('waiting', 'taken') AND d.sender > senders.sender ORDER BY d.sender LIMIT 1)
    FROM senders WHERE senders.sender IS NOT NULL)
  SELECT sender FROM senders WHERE sender IS NOT NULL`;

/** Finds what is next of each sender in a mailbox. */
export class Heads {
  readonly #senders: StatementSync;
  readonly #next: StatementSync;

  constructor(db: DatabaseSync) {
    this.#senders = db.prepare(sendersOf);
    this.#next = db.prepare(
      `SELECT * FROM bus_deliveries WHERE mailbox = ? AND sender = ? AND id > ? AND ${open} ORDER BY id LIMIT 1`,
    );
  }

  /** Returns the oldest open delivery of each sender, oldest first. */
  all(mailbox: Address): readonly StoredDelivery[] {
    return this.#senders
      .all(mailbox)
      .map(({ sender }) => this.after(mailbox, { sender: sender as Address, id: 0 }))
      .filter((one) => one !== undefined)
      .toSorted((first, second) => first.id - second.id);
  }

  /** Returns the open delivery of the sender that follows a message. */
  after(mailbox: Address, { sender, id }: Pick<StoredDelivery, 'sender' | 'id'>): StoredDelivery | undefined {
    return this.#next.get(mailbox, sender, id) as StoredDelivery | undefined;
  }
}

/** Returns whether nobody has it now. */
export function isFree(one: StoredDelivery, now: Moment): boolean {
  const lease = leaseOf(one);
  return lease === undefined || isLeaseOver(lease, now);
}

/** Returns how it ends when it is looked at now; undefined: it does not. Whoever has it may still be done with it. */
export function endingOf(
  one: StoredDelivery,
  at: { now: Moment; maxAttempts: number },
): 'expired' | 'dead' | undefined {
  if (!isFree(one, at.now)) return undefined;
  const due = dueOf(one);
  if (due !== undefined && isPast(due, at.now)) return 'expired';
  return one.state === 'taken' && one.attempts >= at.maxAttempts ? 'dead' : undefined;
}
