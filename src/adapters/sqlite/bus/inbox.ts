import type { DatabaseSync, StatementSync } from 'node:sqlite';

import type { Moment } from '../../../domain/bus/lifetime.ts';
import type { Place } from '../../../domain/bus/mail.ts';
import type { Delivery } from '../../../domain/bus/message.ts';
import { whyExpired, whySilent } from '../../../domain/bus/undelivered.ts';
import type { BusJob } from './bus-jobs.ts';
import { endingOf, Heads, isFree } from './heads.ts';
import { deliveryOf, messageOf, type StoredDelivery, type StoredMessage } from './stored-mail.ts';

/** So many poisoned or expired ones are set aside by one taking; the next takes up where it ended. */
const maxEndsPerTake = 1_000;

const ended = 'holder = NULL, taken_boot = NULL, taken_ms = NULL, lease_ms = NULL, ended_at_ms = ?';

/** Hands messages out and takes word of them. Must be called inside a transaction. */
export class Inbox {
  readonly #heads: Heads;
  readonly #find: StatementSync;
  readonly #message: StatementSync;
  readonly #hand: StatementSync;
  readonly #ack: StatementSync;
  readonly #end: StatementSync;
  readonly #wait: StatementSync;
  readonly #requeue: StatementSync;

  constructor(db: DatabaseSync) {
    this.#heads = new Heads(db);
    this.#find = db.prepare('SELECT * FROM bus_deliveries WHERE id = ? AND mailbox = ?');
    this.#message = db.prepare('SELECT * FROM bus_messages WHERE id = ?');
    this.#hand = db.prepare(
      `UPDATE bus_deliveries SET state = 'taken', attempts = attempts + 1, holder = ?, taken_boot = ?, taken_ms = ?, lease_ms = ?
       WHERE id = ? AND mailbox = ?`,
    );
    this.#ack = db.prepare(
      `UPDATE bus_deliveries SET state = 'acked', ${ended} WHERE id = ? AND mailbox = ? AND state = 'taken' AND holder = ?`,
    );
    this.#end = db.prepare(
      `UPDATE bus_deliveries SET state = ?, reason = ?, told = 0, ${ended} WHERE id = ? AND mailbox = ?`,
    );
    this.#wait = db.prepare(
      `UPDATE bus_deliveries SET state = 'waiting', reason = ?, holder = NULL, taken_boot = NULL, taken_ms = NULL, lease_ms = NULL
       WHERE id = ? AND mailbox = ?`,
    );
    this.#requeue = db.prepare(
      `UPDATE bus_deliveries SET state = 'waiting', attempts = 0, reason = NULL, told = NULL, ended_at_ms = NULL,
         due_boot = NULL, due_ms = NULL, due_wall_ms = NULL
       WHERE id = ? AND mailbox = ? AND state IN ('dead', 'expired', 'undeliverable')`,
    );
  }

  take(job: Extract<BusJob, { kind: 'bus.take' }>): readonly Delivery[] {
    const { mailbox, limit } = job;
    const taken: Delivery[] = [];
    let nEnded = 0;
    for (const head of this.#heads.all(mailbox)) {
      if (taken.length >= limit) break;
      let next: StoredDelivery | undefined = head;
      while (next !== undefined && nEnded < maxEndsPerTake && this.endIfOver(next, job)) {
        nEnded += 1;
        next = this.#heads.after(mailbox, next);
      }
      if (next !== undefined && this.#mayHand(next, job)) taken.push(this.#handOut(next, job));
    }
    return taken;
  }

  takeOne(job: Extract<BusJob, { kind: 'bus.takeOne' }>): readonly Delivery[] {
    const one = this.#at(job.place);
    if (one === undefined || (one.state !== 'waiting' && one.state !== 'taken')) return [];
    if (this.endIfOver(one, job) || !this.#mayHand(one, job)) return [];
    return [this.#handOut(one, job)];
  }

  ack({ id, mailbox }: Place, { holder, now }: { holder: string; now: Moment }): 'acked' | 'late' {
    return this.#ack.run(now.wallMs, id, mailbox, holder).changes === 0 ? 'late' : 'acked';
  }

  fail({
    place,
    holder,
    reason,
    hopeless,
    now,
    limits,
  }: Extract<BusJob, { kind: 'bus.fail' }>): 'waiting' | 'dead' | 'late' {
    const one = this.#at(place);
    if (one?.state !== 'taken' || one.holder !== holder) return 'late';
    if (hopeless || one.attempts >= limits.attempts) {
      this.#finish(one, { state: 'dead', reason, now });
      return 'dead';
    }
    this.#wait.run(reason, one.id, one.mailbox);
    return 'waiting';
  }

  requeue({ id, mailbox }: Place): number {
    return Number(this.#requeue.run(id, mailbox).changes);
  }

  /** Ends what is past its time, or was tried too often without a word. True when it did. */
  endIfOver(one: StoredDelivery, { now, limits }: Pick<BusJob, 'now' | 'limits'>): boolean {
    const state = endingOf(one, { now, maxAttempts: limits.attempts });
    if (state === undefined) return false;
    this.#finish(one, { state, reason: state === 'expired' ? whyExpired : whySilent(one.attempts), now });
    return true;
  }

  /** What is over and could not be set aside yet is not handed out. */
  #mayHand(one: StoredDelivery, { now, limits }: Pick<BusJob, 'now' | 'limits'>): boolean {
    return isFree(one, now) && endingOf(one, { now, maxAttempts: limits.attempts }) === undefined;
  }

  #handOut(
    one: StoredDelivery,
    { holder, leaseMs, now }: Extract<BusJob, { holder: string; leaseMs: number }>,
  ): Delivery {
    const { id, mailbox, attempts } = one;
    this.#hand.run(holder, now.boot, Math.ceil(now.monotonicMs), Math.ceil(leaseMs), id, mailbox);
    const message = messageOf(this.#message.get(id) as unknown as StoredMessage);
    return deliveryOf({ ...one, state: 'taken', attempts: attempts + 1, holder }, message);
  }

  #finish({ id, mailbox }: Place, { state, reason, now }: { state: string; reason: string; now: Moment }): void {
    this.#end.run(state, reason, now.wallMs, id, mailbox);
  }

  #at({ id, mailbox }: Place): StoredDelivery | undefined {
    return this.#find.get(id, mailbox) as StoredDelivery | undefined;
  }
}
