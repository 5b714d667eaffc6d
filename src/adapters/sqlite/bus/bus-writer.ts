import type { DatabaseSync, StatementSync } from 'node:sqlite';

import { Fault } from '../../../base/fault.ts';
import { ackedRow, refusedRow, sentRow, undeliveredRow } from '../../../domain/bus/rows.ts';
import { deliveryLate } from '../../../domain/bus/undelivered.ts';
import { draftEntry, type Draft } from '../../../domain/journal/chain.ts';
import type { BusJob, BusOutcome, CheckedMail } from './bus-jobs.ts';
import { Inbox } from './inbox.ts';
import { Outbox } from './outbox.ts';
import {
  deliveryOf,
  messageOf,
  refusalOf,
  type StoredDelivery,
  type StoredMessage,
  type StoredRefusal,
} from './stored-mail.ts';
import { Tidying } from './tidying.ts';

/** Does the jobs of the bus over the connection that writes. Must be called inside a transaction. */
export class BusWriter {
  readonly #db: DatabaseSync;
  readonly #outbox: Outbox;
  readonly #inbox: Inbox;
  readonly #tidying: Tidying;
  readonly #message: StatementSync;
  readonly #untold: StatementSync;
  readonly #tell: StatementSync;
  readonly #refusal: StatementSync;
  readonly #tellRefusal: StatementSync;

  constructor(db: DatabaseSync) {
    this.#db = db;
    this.#outbox = new Outbox(db);
    this.#inbox = new Inbox(db);
    this.#tidying = new Tidying(db, { inbox: this.#inbox });
    this.#message = db.prepare('SELECT * FROM bus_messages WHERE id = ?');
    this.#untold = db.prepare('SELECT * FROM bus_deliveries WHERE id = ? AND mailbox = ? AND told = 0');
    this.#tell = db.prepare('UPDATE bus_deliveries SET told = 1 WHERE id = ? AND mailbox = ?');
    this.#refusal = db.prepare('SELECT * FROM bus_refusals WHERE id = ? AND told = 0');
    // A refusal that is told lies in the journal; here it would only grow.
    this.#tellRefusal = db.prepare('DELETE FROM bus_refusals WHERE id = ?');
  }

  /** Faults: `BUS_MAILBOX_FULL`; then nothing of the job was written. `epoch`: the newest one. */
  do(job: BusJob, epoch: number): BusOutcome {
    switch (job.kind) {
      case 'bus.send':
        return { kind: 'bus.sent', outcome: this.#send(job, epoch) };
      case 'bus.take':
        return { kind: 'bus.taken', deliveries: this.#inbox.take(job) };
      case 'bus.takeOne':
        return { kind: 'bus.taken', deliveries: this.#inbox.takeOne(job) };
      case 'bus.ack':
        return { kind: 'bus.settled', end: this.#inbox.ack(job.place, job) };
      case 'bus.fail':
        return { kind: 'bus.settled', end: this.#inbox.fail(job) };
      case 'bus.requeue':
        return { kind: 'bus.moved', n: this.#inbox.requeue(job.place) };
      case 'bus.expire':
        return { kind: 'bus.moved', n: this.#tidying.expire(job) };
      case 'bus.route':
        return { kind: 'bus.moved', n: this.#outbox.giveLost({ ...job, sender: null }, job) };
      case 'bus.forget':
        return { kind: 'bus.moved', n: this.#tidying.forget(job) };
    }
  }

  /**
   * Does all that a commit does with its mail, and returns its rows.
   * Faults: `BUS_MAILBOX_FULL`, `BUS_DELIVERY_LATE`; then nothing of it was written.
   */
  deliver(mail: CheckedMail): readonly Draft[] {
    return this.#allOrNothing(() => [
      ...mail.sends.flatMap((send) => {
        const outcome = this.#outbox.send(send, mail);
        if (outcome.kind === 'duplicate') return [];
        return [draftEntry(sentRow(this.#load(outcome.id), outcome.kind === 'accepted' ? outcome.mailboxes : []))];
      }),
      ...(mail.acks ?? []).map((ack) => {
        if (this.#inbox.ack(ack, { holder: ack.holder, now: mail.now }) === 'late')
          throw deliveryLate(ack.id, ack.mailbox);
        return draftEntry(ackedRow(ack, this.#load(ack.id)));
      }),
      ...(mail.told ?? []).flatMap(({ id, mailbox }) => {
        const found = this.#untold.get(id, mailbox) as StoredDelivery | undefined;
        const row = found === undefined ? undefined : undeliveredRow(deliveryOf(found, this.#load(id)));
        if (row === undefined) return [];
        this.#tell.run(id, mailbox);
        return [draftEntry(row)];
      }),
      ...(mail.toldRefusals ?? []).flatMap((id) => {
        const found = this.#refusal.get(id) as StoredRefusal | undefined;
        if (found === undefined) return [];
        this.#tellRefusal.run(id);
        return [draftEntry(refusedRow(refusalOf(found)))];
      }),
    ]);
  }

  /** What only a supervisor may say counts when the epoch of its process is the newest. */
  #send(
    job: Extract<BusJob, { kind: 'bus.send' }>,
    epoch: number,
  ): Extract<BusOutcome, { kind: 'bus.sent' }>['outcome'] {
    if (job.refusal !== null && job.supervisorEpoch !== epoch) {
      this.#outbox.refuse(job);
      return { kind: 'refused' };
    }
    return this.#outbox.send(job, job);
  }

  #load(id: number): ReturnType<typeof messageOf> {
    return messageOf(this.#message.get(id) as unknown as StoredMessage);
  }

  #allOrNothing<T>(work: () => T): T {
    this.#db.exec('SAVEPOINT mail');
    try {
      const done = work();
      this.#db.exec('RELEASE mail');
      return done;
    } catch (error) {
      // Anything else ends the whole transaction.
      if (error instanceof Fault) this.#db.exec('ROLLBACK TO mail; RELEASE mail');
      throw error;
    }
  }
}
