import type { DatabaseSync, StatementSync } from 'node:sqlite';

import type { BusJob } from './bus-jobs.ts';
import type { Inbox } from './inbox.ts';
import type { StoredDelivery } from './stored-mail.ts';

/** Rows that one commit of tidying moves: a few milliseconds, so that nobody who writes waits long. */
const batchRows = 500;

const live = "due_ms IS NOT NULL AND state IN ('waiting', 'taken', 'undeliverable')";

/** What time brings to messages, a batch at a time. Must be called inside a transaction. */
export class Tidying {
  readonly #inbox: Inbox;
  readonly #reanchor: StatementSync;
  readonly #due: StatementSync;
  readonly #remove: StatementSync;
  readonly #ended: StatementSync;
  readonly #removeMessage: StatementSync;

  constructor(db: DatabaseSync, parts: { inbox: Inbox }) {
    this.#inbox = parts.inbox;
    this.#reanchor = db.prepare(
      `UPDATE bus_deliveries SET due_boot = ?1, due_ms = ?2 + max(0, due_wall_ms - ?3) WHERE (id, mailbox) IN
         (SELECT id, mailbox FROM bus_deliveries WHERE due_boot <> ?1 AND ${live} LIMIT ${batchRows})`,
    );
    // Whoever has one may still be done with it, so those are left out by the same rule as `isLeaseOver`.
    this.#due = db.prepare(
      `SELECT * FROM bus_deliveries WHERE due_boot = ?1 AND due_ms <= ?2 AND ${live}
         AND (state <> 'taken' OR taken_boot <> ?1 OR ?2 < taken_ms OR ?2 >= taken_ms + lease_ms) LIMIT ${batchRows}`,
    );
    this.#remove = db.prepare('DELETE FROM bus_deliveries WHERE id = ? AND mailbox = ?');
    this.#ended = db.prepare(
      `SELECT id, mailbox FROM bus_deliveries WHERE ended_at_ms IS NOT NULL AND ended_at_ms <= ? AND told IS NOT 0 LIMIT ${batchRows}`,
    );
    this.#removeMessage = db.prepare(
      'DELETE FROM bus_messages WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM bus_deliveries WHERE id = ?1)',
    );
  }

  /** After a start of the machine the times are counted anew from what the wall clock says. Returns how many rows it moved. */
  expire({ now, limits }: BusJob): number {
    const nAnchored = Number(this.#reanchor.run(now.boot, Math.ceil(now.monotonicMs), now.wallMs).changes);
    const due = this.#due.all(now.boot, Math.floor(now.monotonicMs)) as unknown as StoredDelivery[];
    for (const one of due) this.#inbox.endIfOver(one, { now, limits });
    return nAnchored + due.length;
  }

  forget({ beforeMs }: Extract<BusJob, { kind: 'bus.forget' }>): number {
    const over = this.#ended.all(beforeMs) as unknown as StoredDelivery[];
    for (const { id, mailbox } of over) {
      this.#remove.run(id, mailbox);
      this.#removeMessage.run(id);
    }
    return over.length;
  }
}
