import type { Address } from '../../../domain/bus/address.ts';
import { checkMessage } from '../../../domain/bus/check-message.ts';
import { type Moment, steadyWallMs } from '../../../domain/bus/lifetime.ts';
import type { BusLimits } from '../../../domain/bus/limits.ts';
import type { Place } from '../../../domain/bus/mail.ts';
import type { Delivery, Message, NewMessage } from '../../../domain/bus/message.ts';
import { findRefusal, type KeptRefusal } from '../../../domain/bus/refusal.ts';
import { refused } from '../../../domain/bus/undelivered.ts';
import type { Bus, MailboxCount, MailQuery, SendOutcome, TakeOptions } from '../../../ports/bus.ts';
import type { BusOutcomeOf, BusWork, CheckedSend } from './bus-jobs.ts';
import type { BusReader } from './bus-reader.ts';

/** What a bus uses of the ledger whose file it shares. */
export interface LedgerShare {
  readonly reader: BusReader;
  readonly limits: BusLimits;
  readonly now: () => Moment;
  /** The epoch of this process while it is the supervisor's. */
  readonly epoch: () => number | undefined;
  submit<Work extends BusWork>(work: Work): Promise<BusOutcomeOf<Work['kind']>>;
  read<T>(work: () => T): T;
  version(): number;
  isClosed(): boolean;
  /** Resolves when anything was committed since, or on abort. */
  wait(since: number, signal: AbortSignal): Promise<void>;
}

/** A bus over the tables `bus_*` of a ledger. Create it with `SqliteLedger.bus`. */
export class SqliteBus implements Bus {
  readonly #share: LedgerShare;
  readonly #opened: Moment;

  constructor(share: LedgerShare) {
    this.#share = share;
    this.#opened = share.now();
  }

  async send(message: NewMessage, mailboxes: readonly Address[]): Promise<SendOutcome> {
    const checked = checkSend({ message, mailboxes });
    const refusal = findRefusal(message) ?? null;
    const supervisorEpoch = this.#share.epoch() ?? null;
    const { outcome } = await this.#do({ kind: 'bus.send', ...checked, refusal, supervisorEpoch });
    if (outcome.kind !== 'refused') return outcome;
    if (refusal === null) throw new Error('the writer refused what nothing forbids');
    throw refused(refusal, message.from);
  }

  /** Looks before it writes: whoever waits at an empty mailbox wakes nobody. */
  async take(mailbox: Address, { holder, leaseMs, limit }: TakeOptions): Promise<readonly Delivery[]> {
    const { reader, now, limits } = this.#share;
    const at = { now: now(), maxAttempts: limits.attempts };
    if (!this.#read(() => reader.hasWork(mailbox, at))) return [];
    return (await this.#do({ kind: 'bus.take', mailbox, holder, leaseMs, limit })).deliveries;
  }

  async takeOne(place: Place, { holder, leaseMs }: Omit<TakeOptions, 'limit'>): Promise<Delivery | undefined> {
    return (await this.#do({ kind: 'bus.takeOne', place, holder, leaseMs })).deliveries[0];
  }

  async ack({ id, mailbox, holder }: Place & { readonly holder: string }): Promise<'acked' | 'late'> {
    const { end } = await this.#do({ kind: 'bus.ack', place: { id, mailbox }, holder });
    return end === 'acked' ? 'acked' : 'late';
  }

  async fail(
    options: Place & { readonly holder: string; readonly reason: string; readonly hopeless?: boolean },
  ): Promise<'waiting' | 'dead' | 'late'> {
    const { id, mailbox, holder, reason, hopeless = false } = options;
    const { end } = await this.#do({ kind: 'bus.fail', place: { id, mailbox }, holder, reason, hopeless });
    return end === 'acked' ? 'late' : end;
  }

  find(id: number): Message | undefined {
    return this.#read(() => this.#share.reader.find(id));
  }

  findSent(from: Address, dedup: string): Message | undefined {
    return this.#read(() => this.#share.reader.findSent(from, dedup));
  }

  deliveries(query: MailQuery): readonly Delivery[] {
    return this.#read(() => this.#share.reader.deliveries(query));
  }

  deliveriesOf(id: number): readonly Delivery[] {
    return this.#read(() => this.#share.reader.deliveriesOf(id));
  }

  answersTo(id: number): readonly Message[] {
    return this.#read(() => this.#share.reader.answersTo(id));
  }

  async *tail({ afterId, signal }: { afterId: number; signal: AbortSignal }): AsyncIterable<Message> {
    let lastId = afterId;
    while (!signal.aborted && !this.#share.isClosed()) {
      // Taken before the read: a commit in between ends the wait below at once.
      const since = this.#share.version();
      const messages = this.#read(() => this.#share.reader.after(lastId));
      for (const message of messages) {
        if (signal.aborted) return;
        yield message;
        lastId = message.id;
      }
      if (messages.length === 0) await this.#share.wait(since, signal);
    }
  }

  newest(limit: number): readonly Message[] {
    return this.#read(() => this.#share.reader.newest(limit));
  }

  counts(): readonly MailboxCount[] {
    return this.#read(() => this.#share.reader.counts());
  }

  sentTo(): readonly { readonly to: Address; readonly n: number }[] {
    return this.#read(() => this.#share.reader.sentTo());
  }

  async requeue({ id, mailbox }: Place): Promise<boolean> {
    return (await this.#do({ kind: 'bus.requeue', place: { id, mailbox } })).n > 0;
  }

  async tidy({ keepMs, route }: { keepMs: number; route: (to: Address) => readonly Address[] }): Promise<void> {
    await this.#untilDone({ kind: 'bus.expire' });
    for (const { mailbox: to, state } of this.counts()) {
      const mailboxes = state === 'undeliverable' ? route(to) : [];
      if (mailboxes.length > 0) await this.#untilDone({ kind: 'bus.route', to, mailboxes });
    }
    await this.#untilDone({ kind: 'bus.forget', beforeMs: steadyWallMs(this.#opened, this.#share.now()) - keepMs });
  }

  untold(): readonly Delivery[] {
    return this.#read(() => this.#share.reader.untold());
  }

  untoldRefusals(): readonly KeptRefusal[] {
    return this.#read(() => this.#share.reader.untoldRefusals());
  }

  /** Batch after batch, so that others write between them. */
  async #untilDone(work: Extract<BusWork, { kind: 'bus.expire' | 'bus.route' | 'bus.forget' }>): Promise<void> {
    while ((await this.#do(work)).n > 0);
  }

  #do<Work extends BusWork>(work: Work): Promise<BusOutcomeOf<Work['kind']>> {
    return this.#share.submit(work);
  }

  #read<T>(work: () => T): T {
    return this.#share.read(work);
  }
}

/** Returns the message as the writer takes it. Fault: `BUS_MESSAGE_INVALID`. */
export function checkSend({ message, mailboxes }: { message: NewMessage; mailboxes: readonly Address[] }): CheckedSend {
  const { body: _, ...rest } = message;
  return { message: { ...rest, bodyText: checkMessage(message) }, mailboxes };
}
