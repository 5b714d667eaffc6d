import type { DatabaseSync, StatementSync } from 'node:sqlite';

import type { Address } from '../../../domain/bus/address.ts';
import type { Moment } from '../../../domain/bus/lifetime.ts';
import type { Delivery, DeliveryState, Message } from '../../../domain/bus/message.ts';
import type { KeptRefusal } from '../../../domain/bus/refusal.ts';
import type { MailboxCount, MailQuery } from '../../../ports/bus.ts';
import { endingOf, Heads, isFree } from './heads.ts';
import {
  deliveryOf,
  messageOf,
  refusalOf,
  type StoredDelivery,
  type StoredMessage,
  type StoredRefusal,
} from './stored-mail.ts';

const defaultLimit = 100;
const maxLimit = 1_000;

/** Reads messages over one connection, synchronously. */
export class BusReader {
  readonly #db: DatabaseSync;
  readonly #heads: Heads;
  readonly #find: StatementSync;
  readonly #findSent: StatementSync;
  readonly #deliveriesOf: StatementSync;
  readonly #answersTo: StatementSync;
  readonly #after: StatementSync;
  readonly #newest: StatementSync;
  readonly #counts: StatementSync;
  readonly #sentTo: StatementSync;
  readonly #untold: StatementSync;
  readonly #untoldRefusals: StatementSync;

  constructor(db: DatabaseSync) {
    this.#db = db;
    this.#heads = new Heads(db);
    this.#find = db.prepare('SELECT * FROM bus_messages WHERE id = ?');
    this.#findSent = db.prepare('SELECT * FROM bus_messages WHERE sender = ? AND dedup = ? AND dedup IS NOT NULL');
    this.#deliveriesOf = db.prepare('SELECT * FROM bus_deliveries WHERE id = ? ORDER BY mailbox');
    this.#answersTo = db.prepare(
      `SELECT * FROM bus_messages WHERE in_reply_to = ? AND in_reply_to IS NOT NULL AND kind = 'answer' ORDER BY id LIMIT ${maxLimit}`,
    );
    this.#after = db.prepare(`SELECT * FROM bus_messages WHERE id > ? ORDER BY id LIMIT ${maxLimit}`);
    this.#newest = db.prepare('SELECT * FROM bus_messages ORDER BY id DESC LIMIT ?');
    this.#counts = db.prepare('SELECT mailbox, state, n FROM bus_counts WHERE n > 0 ORDER BY mailbox, state');
    this.#sentTo = db.prepare('SELECT recipient, n FROM bus_sent_to WHERE n > 0 ORDER BY recipient');
    this.#untold = db.prepare(`SELECT * FROM bus_deliveries WHERE told = 0 ORDER BY id, mailbox LIMIT ${maxLimit}`);
    this.#untoldRefusals = db.prepare(`SELECT * FROM bus_refusals WHERE told = 0 ORDER BY id LIMIT ${maxLimit}`);
  }

  /** Is there anything in the mailbox that taking would hand out or set aside. */
  hasWork(mailbox: Address, at: { now: Moment; maxAttempts: number }): boolean {
    return this.#heads.all(mailbox).some((one) => isFree(one, at.now) || endingOf(one, at) !== undefined);
  }

  find(id: number): Message | undefined {
    return messageIn(this.#find.get(id));
  }

  findSent(from: Address, dedup: string): Message | undefined {
    return messageIn(this.#findSent.get(from, dedup));
  }

  deliveries(query: MailQuery): readonly Delivery[] {
    const { mailbox, states, run, kind, holder, afterId = 0, limit = defaultLimit } = query;
    requireLimit(limit);
    if (states?.length === 0) return [];
    const tests = Object.entries({ mailbox, run, kind, holder }).filter(([, value]) => value !== undefined);
    const given = { afterId, limit, ...Object.fromEntries(tests) } as Record<string, string | number>;
    return this.#withMessages(this.#db.prepare(queryText(query)).all(given));
  }

  deliveriesOf(id: number): readonly Delivery[] {
    return this.#withMessages(this.#deliveriesOf.all(id));
  }

  answersTo(id: number): readonly Message[] {
    return this.#answersTo.all(id).map((row) => messageOf(row as unknown as StoredMessage));
  }

  after(id: number): readonly Message[] {
    return this.#after.all(id).map((row) => messageOf(row as unknown as StoredMessage));
  }

  newest(limit: number): readonly Message[] {
    requireLimit(limit);
    return this.#newest
      .all(limit)
      .map((row) => messageOf(row as unknown as StoredMessage))
      .reverse();
  }

  counts(): readonly MailboxCount[] {
    return this.#counts.all().map((row) => ({ ...(row as unknown as MailboxCount) }));
  }

  sentTo(): readonly { readonly to: Address; readonly n: number }[] {
    return this.#sentTo.all().map(({ recipient, n }) => ({ to: recipient as Address, n: n as number }));
  }

  untold(): readonly Delivery[] {
    return this.#withMessages(this.#untold.all());
  }

  untoldRefusals(): readonly KeptRefusal[] {
    return this.#untoldRefusals.all().map((row) => refusalOf(row as unknown as StoredRefusal));
  }

  /** A message that was forgotten between the two reads is left out, with its delivery. */
  #withMessages(rows: readonly unknown[]): readonly Delivery[] {
    return (rows as readonly StoredDelivery[]).flatMap((row) => {
      const message = this.find(row.id);
      return message === undefined ? [] : [deliveryOf(row, message)];
    });
  }
}

/** Each part is read from its own index and stops at the limit: a state of a million rows is not sorted for a page of it. */
function queryText(query: MailQuery): string {
  const { mailbox, states, run, kind, holder } = query;
  const part = (state: DeliveryState | undefined): string => {
    const from = run === undefined ? 'bus_deliveries d' : 'bus_messages m CROSS JOIN bus_deliveries d ON d.id = m.id';
    const tests = [
      run === undefined ? 'd.id > $afterId' : 'm.run = $run AND m.run IS NOT NULL AND m.id > $afterId',
      ...(mailbox === undefined ? [] : ['d.mailbox = $mailbox']),
      ...(state === undefined ? [] : [`d.state = '${state}'`]),
      ...(holder === undefined ? [] : ["d.state = 'taken' AND d.holder = $holder"]),
      ...(kind === undefined ? [] : ['(SELECT kind FROM bus_messages WHERE id = d.id) = $kind']),
    ];
    const order = run === undefined ? 'd.id, d.mailbox' : 'm.id, d.mailbox';
    return `SELECT * FROM (SELECT d.* FROM ${from} WHERE ${tests.join(' AND ')} ORDER BY ${order} LIMIT $limit)`;
  };
  const parts = states === undefined ? [part(undefined)] : [...new Set(states)].map(part);
  return `${parts.join(' UNION ALL ')} ORDER BY id, mailbox LIMIT $limit`;
}

const messageIn = (row: unknown): Message | undefined =>
  row === undefined ? undefined : messageOf(row as StoredMessage);

function requireLimit(limit: number): void {
  if (!Number.isInteger(limit) || limit < 1 || limit > maxLimit)
    throw new RangeError(`limit ${limit}: 1 to ${maxLimit}`);
}
