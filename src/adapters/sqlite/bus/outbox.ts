import type { DatabaseSync, StatementSync } from 'node:sqlite';

import type { Address } from '../../../domain/bus/address.ts';
import { dueAt } from '../../../domain/bus/lifetime.ts';
import { mailboxFull, whyUndeliverable } from '../../../domain/bus/undelivered.ts';
import type { SendOutcome } from '../../../ports/bus.ts';
import type { BusJob, CheckedSend } from './bus-jobs.ts';
import { LostMail } from './lost-mail.ts';

/** Accepts messages. Must be called inside a transaction; what throws has to be rolled back by its caller. */
export class Outbox {
  readonly #lost: LostMail;
  readonly #findKey: StatementSync;
  readonly #nextSeq: StatementSync;
  readonly #insert: StatementSync;
  readonly #deliver: StatementSync;
  readonly #count: StatementSync;
  readonly #refuse: StatementSync;

  constructor(db: DatabaseSync) {
    this.#lost = new LostMail(db, { isFull: (mailbox, limit) => this.#isFull(mailbox, limit) });
    this.#findKey = db.prepare('SELECT id FROM bus_messages WHERE sender = ? AND dedup = ? AND dedup IS NOT NULL');
    this.#nextSeq = db.prepare(
      'INSERT INTO bus_senders VALUES (?, 1) ON CONFLICT DO UPDATE SET seq = seq + 1 RETURNING seq',
    );
    this.#insert = db.prepare('INSERT INTO bus_messages VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)');
    this.#deliver = db.prepare(
      `INSERT INTO bus_deliveries (id, mailbox, sender, state, due_boot, due_ms, due_wall_ms, reason, told)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    );
    this.#count = db.prepare(
      "SELECT sum(n) AS n FROM bus_counts WHERE mailbox = ? AND state IN ('waiting', 'taken', 'undeliverable')",
    );
    this.#refuse = db.prepare(
      `INSERT INTO bus_refusals VALUES (NULL, ?, ?, ?, ?, ?, 1, ?, 0) ON CONFLICT (sender, code) WHERE told = 0
       DO UPDATE SET recipient = excluded.recipient, subject = excluded.subject, claim = excluded.claim,
         times = times + 1, last_at_ms = excluded.last_at_ms`,
    );
  }

  /**
   * What the sender said to the address before, when nobody had the mailbox, goes before it: the order of a sender is kept.
   * Fault: `BUS_MAILBOX_FULL`.
   */
  send({ message, mailboxes }: CheckedSend, { now, limits }: Pick<BusJob, 'now' | 'limits'>): SendOutcome {
    const { from, to, kind, subject, bodyText, dedup, expiresAtMs, inReplyTo, run } = message;
    const before = dedup === null ? undefined : this.#findKey.get(from, dedup)?.['id'];
    if (before !== undefined) return { kind: 'duplicate', id: before as number };
    const isLost = mailboxes.length === 0;
    const places = isLost ? [to] : [...new Set(mailboxes)];
    if (!isLost) while (this.giveLost({ to, sender: from, mailboxes: places }, { limits }) > 0);
    for (const mailbox of places) if (this.#isFull(mailbox, limits.mailbox)) throw mailboxFull(mailbox, limits.mailbox);
    const seq = this.#nextSeq.get(from)?.['seq'] as number;
    const given = [now.wallMs, from, seq, to, kind, subject, bodyText, dedup, expiresAtMs, inReplyTo, run];
    const id = Number(this.#insert.run(...given).lastInsertRowid);
    const due = expiresAtMs === null ? undefined : dueAt(expiresAtMs, now);
    for (const mailbox of places) {
      const place = [id, mailbox, from, isLost ? 'undeliverable' : 'waiting'];
      const time = [due?.boot ?? null, due?.dueMs ?? null, due?.wallMs ?? null];
      this.#deliver.run(...place, ...time, isLost ? whyUndeliverable(to) : null, isLost ? 0 : null);
    }
    return isLost ? { kind: 'undeliverable', id } : { kind: 'accepted', id, mailboxes: places };
  }

  /** Keeps that a message was not accepted, until the journal tells it. */
  refuse({ message, refusal, now }: Extract<BusJob, { kind: 'bus.send' }>): void {
    if (refusal === null) return;
    const { from, to, subject } = message;
    this.#refuse.run(from, refusal.code, to, subject, refusal.claim, now.wallMs);
  }

  /** Gives a batch of what is undeliverable under an address to mailboxes that have room. Returns how many it gave. */
  giveLost(
    { to, sender, mailboxes }: { to: Address; sender: Address | null; mailboxes: readonly Address[] },
    { limits }: Pick<BusJob, 'limits'>,
  ): number {
    return this.#lost.give({ to, sender, mailboxes, limit: limits.mailbox });
  }

  #isFull(mailbox: Address, limit: number): boolean {
    return ((this.#count.get(mailbox)?.['n'] as number | null) ?? 0) >= limit;
  }
}
