import type { Address } from '../../src/domain/bus/address.ts';
import { checkMessage } from '../../src/domain/bus/check-message.ts';
import {
  type Due,
  dueAt,
  isLeaseOver,
  isPast,
  type Lease,
  type Moment,
  steadyWallMs,
} from '../../src/domain/bus/lifetime.ts';
import { type BusLimits, defaultBusLimits } from '../../src/domain/bus/limits.ts';
import type { Mail, Place } from '../../src/domain/bus/mail.ts';
import type { Delivery, DeliveryState, Message, NewMessage } from '../../src/domain/bus/message.ts';
import type { KeptRefusal, Refusal } from '../../src/domain/bus/refusal.ts';
import { ackedRow, refusedRow, sentRow, undeliveredRow } from '../../src/domain/bus/rows.ts';
import {
  deliveryLate,
  mailboxFull,
  whyExpired,
  whySilent,
  whyUndeliverable,
} from '../../src/domain/bus/undelivered.ts';
import type { NewEntry, SendOutcome } from '../../src/ports/index.ts';
import type { Clock } from '../../src/ports/system.ts';

export interface MemoryDelivery {
  readonly message: Message;
  mailbox: Address;
  state: DeliveryState;
  nAttempts: number;
  holder: string | null;
  reason: string | null;
  lease: Lease | undefined;
  due: Due | undefined;
  endedAtMs: number | undefined;
  isTold: boolean;
}

const open: readonly DeliveryState[] = ['waiting', 'taken'];

/** Messages in memory, as the tables of a ledger hold them. */
export class MemoryMail {
  readonly messages: Message[] = [];
  readonly refusals: (KeptRefusal & { isTold?: boolean })[] = [];
  readonly limits: BusLimits;
  deliveries: MemoryDelivery[] = [];
  /** Names the start of the machine; a test that restarts it writes another. */
  boot = 'first';
  /** Counts changes: what changes nothing wakes nobody. */
  nChanges = 0;
  readonly #clock: Clock;
  readonly #opened: Moment;
  #nMessages = 0;

  constructor(clock: Clock, limits: Partial<BusLimits> = {}) {
    this.#clock = clock;
    this.#opened = this.now();
    this.limits = { ...defaultBusLimits, ...limits };
  }

  now(): Moment {
    return { boot: this.boot, monotonicMs: this.#clock.monotonicMs(), wallMs: this.#clock.nowMs() };
  }

  send(message: NewMessage, mailboxes: readonly Address[]): SendOutcome {
    const body = JSON.parse(checkMessage(message)) as Message['body'];
    const before = this.messages.find(({ from, dedup }) => from === message.from && dedup === message.dedup);
    if (before !== undefined && message.dedup !== null) return { kind: 'duplicate', id: before.id };
    const places = mailboxes.length === 0 ? [message.to] : [...new Set(mailboxes)];
    if (mailboxes.length > 0)
      this.#giveLost(
        ({ message: { from, to } }) => from === message.from && to === message.to,
        () => places,
      );
    for (const mailbox of places) this.#requireRoom(mailbox);
    const sent = this.messages.filter(({ from }) => from === message.from);
    const now = this.now();
    const accepted = {
      ...message,
      body,
      id: (this.#nMessages += 1),
      atMs: now.wallMs,
      senderSeq: (sent.at(-1)?.senderSeq ?? 0) + 1,
    };
    this.messages.push(accepted);
    this.nChanges += 1;
    const { id, expiresAtMs } = accepted;
    for (const mailbox of places) {
      const isLost = mailboxes.length === 0;
      this.deliveries.push({
        message: accepted,
        mailbox,
        state: isLost ? 'undeliverable' : 'waiting',
        nAttempts: 0,
        holder: null,
        reason: isLost ? whyUndeliverable(message.to) : null,
        lease: undefined,
        due: expiresAtMs === null ? undefined : dueAt(expiresAtMs, now),
        endedAtMs: undefined,
        isTold: false,
      });
    }
    return mailboxes.length === 0 ? { kind: 'undeliverable', id } : { kind: 'accepted', id, mailboxes: places };
  }

  refuse(message: NewMessage, refusal: Refusal): void {
    this.nChanges += 1;
    const { from, to, subject } = message;
    const at = this.refusals.findIndex((one) => !one.isTold && one.from === from && one.code === refusal.code);
    const before = this.refusals[at];
    const id = before?.id ?? this.refusals.length + 1;
    const times = (before?.times ?? 0) + 1;
    this.refusals[before === undefined ? this.refusals.length : at] = {
      ...{ id, from, to, subject, times },
      ...refusal,
      lastAtMs: this.now().wallMs,
    };
  }

  take(mailbox: Address, options: { holder: string; leaseMs: number; limit: number }): Delivery[] {
    const taken: Delivery[] = [];
    const blocked = new Set<Address>();
    for (const one of this.#in(mailbox)) {
      const { from } = one.message;
      if (taken.length >= options.limit) break;
      if (blocked.has(from) || !open.includes(one.state) || this.#endsInstead(one)) continue;
      blocked.add(from);
      if (this.#isFree(one)) taken.push(this.#hand(one, options));
    }
    return taken;
  }

  takeOne({ id, mailbox }: Place, options: { holder: string; leaseMs: number }): Delivery | undefined {
    const one = this.#at({ id, mailbox });
    if (one === undefined || !open.includes(one.state) || !this.#isFree(one) || this.#endsInstead(one))
      return undefined;
    return this.#hand(one, options);
  }

  ack({ id, mailbox, holder }: Place & { holder: string }): 'acked' | 'late' {
    const one = this.#held({ id, mailbox }, holder);
    if (one === undefined) return 'late';
    this.nChanges += 1;
    Object.assign(one, { state: 'acked', lease: undefined, endedAtMs: this.now().wallMs });
    return 'acked';
  }

  fail(options: Place & { holder: string; reason: string; hopeless?: boolean }): 'waiting' | 'dead' | 'late' {
    const one = this.#held(options, options.holder);
    if (one === undefined) return 'late';
    this.nChanges += 1;
    one.reason = options.reason;
    one.lease = undefined;
    one.holder = null;
    if (options.hopeless === true || one.nAttempts >= this.limits.attempts) this.#end(one, 'dead', options.reason);
    else one.state = 'waiting';
    return one.state as 'waiting' | 'dead';
  }

  requeue(place: Place): boolean {
    const one = this.#at(place);
    if (one === undefined || !['dead', 'expired', 'undeliverable'].includes(one.state)) return false;
    this.nChanges += 1;
    Object.assign(one, {
      ...{ state: 'waiting', nAttempts: 0, reason: null, due: undefined },
      ...{ endedAtMs: undefined, isTold: false, holder: null },
    });
    return true;
  }

  tidy({ keepMs, route }: { keepMs: number; route: (to: Address) => readonly Address[] }): void {
    const now = this.now();
    for (const one of this.deliveries) {
      if (one.due !== undefined && one.due.boot !== now.boot) one.due = dueAt(one.due.wallMs, now);
      if ((open.includes(one.state) || one.state === 'undeliverable') && this.#isFree(one)) this.#endsInstead(one);
    }
    this.#giveLost(() => true, route);
    this.deliveries = this.deliveries.filter(
      ({ state, endedAtMs, isTold }) =>
        endedAtMs === undefined ||
        endedAtMs > steadyWallMs(this.#opened, now) - keepMs ||
        (state !== 'acked' && !isTold),
    );
    const kept = new Set(this.deliveries.map(({ message }) => message.id));
    for (const { id } of [...this.messages])
      if (!kept.has(id))
        this.messages.splice(
          this.messages.findIndex((one) => one.id === id),
          1,
        );
  }

  untold(): readonly MemoryDelivery[] {
    return this.deliveries.filter(
      ({ state, isTold }) => !isTold && ['dead', 'expired', 'undeliverable'].includes(state),
    );
  }

  untoldRefusals(): readonly KeptRefusal[] {
    return this.refusals.filter(({ isTold }) => isTold !== true);
  }

  /** Does what a commit does with its mail, or nothing of it, and returns its rows. */
  deliver(mail: Mail): NewEntry[] {
    const before = structuredClone({
      ...{ messages: this.messages, deliveries: this.deliveries, refusals: this.refusals, n: this.#nMessages },
    });
    try {
      return this.#deliver(mail);
    } catch (error) {
      this.messages.splice(0, Infinity, ...before.messages);
      this.refusals.splice(0, Infinity, ...before.refusals);
      this.deliveries = before.deliveries;
      this.#nMessages = before.n;
      throw error;
    }
  }

  #deliver({ sends = [], acks = [], told = [], toldRefusals = [] }: Mail): NewEntry[] {
    const rows: NewEntry[] = [];
    for (const { message, mailboxes } of sends) {
      const outcome = this.send(message, mailboxes);
      const sent = this.messages.at(-1);
      if (outcome.kind !== 'duplicate' && sent !== undefined)
        rows.push(sentRow(sent, outcome.kind === 'accepted' ? outcome.mailboxes : []));
    }
    for (const ack of acks) {
      const message = this.#at(ack)?.message;
      if (message === undefined || this.ack(ack) === 'late') throw deliveryLate(ack.id, ack.mailbox);
      rows.push(ackedRow(ack, message));
    }
    for (const place of told) {
      const one = this.untold().find(({ message, mailbox }) => message.id === place.id && mailbox === place.mailbox);
      const row = one && undeliveredRow(one);
      if (one === undefined || row === undefined) continue;
      one.isTold = true;
      rows.push(row);
    }
    for (const id of toldRefusals) {
      const found = this.refusals.find((refusal) => refusal.id === id && refusal.isTold !== true);
      if (found === undefined) continue;
      const { isTold: _, ...refusal } = found;
      rows.push(refusedRow(refusal));
      this.refusals[this.refusals.indexOf(found)] = { ...refusal, isTold: true };
    }
    return rows;
  }

  #giveLost(test: (one: MemoryDelivery) => boolean, route: (to: Address) => readonly Address[]): void {
    for (const one of this.deliveries.filter((lost) => lost.state === 'undeliverable' && test(lost))) {
      const { to } = one.message;
      const mailboxes = route(to);
      if (mailboxes.length === 0 || mailboxes.some((mailbox) => mailbox !== to && this.#isFull(mailbox))) continue;
      this.nChanges += 1;
      this.deliveries = this.deliveries.filter((other) => other !== one);
      for (const mailbox of mailboxes)
        this.deliveries.push({ ...one, mailbox, state: 'waiting', reason: null, isTold: false });
    }
  }

  /** Ends what is past its time, or was tried too often without a word. True when it did. */
  #endsInstead(one: MemoryDelivery): boolean {
    if (one.state === 'taken' && !this.#isFree(one)) return false;
    if (one.due !== undefined && isPast(one.due, this.now())) this.#end(one, 'expired', whyExpired);
    else if (one.state === 'taken' && one.nAttempts >= this.limits.attempts)
      this.#end(one, 'dead', whySilent(one.nAttempts));
    else return false;
    return true;
  }

  #end(one: MemoryDelivery, state: DeliveryState, reason: string): void {
    this.nChanges += 1;
    Object.assign(one, {
      ...{ state, reason, holder: null, lease: undefined },
      ...{ endedAtMs: this.now().wallMs, isTold: false },
    });
  }

  #hand(one: MemoryDelivery, { holder, leaseMs }: { holder: string; leaseMs: number }): Delivery {
    const { boot, monotonicMs } = this.now();
    this.nChanges += 1;
    one.state = 'taken';
    one.nAttempts += 1;
    one.holder = holder;
    one.lease = { boot, takenMs: monotonicMs, leaseMs };
    return deliveryOf(one);
  }

  #isFree({ state, lease }: MemoryDelivery): boolean {
    return state !== 'taken' || lease === undefined || isLeaseOver(lease, this.now());
  }

  #in(mailbox: Address): readonly MemoryDelivery[] {
    return this.deliveries
      .filter((one) => one.mailbox === mailbox)
      .toSorted((first, second) => first.message.id - second.message.id);
  }

  #at({ id, mailbox }: Place): MemoryDelivery | undefined {
    return this.deliveries.find((one) => one.message.id === id && one.mailbox === mailbox);
  }

  #held(place: Place, holder: string): MemoryDelivery | undefined {
    const one = this.#at(place);
    return one?.state === 'taken' && one.holder === holder ? one : undefined;
  }

  #isFull(mailbox: Address): boolean {
    const states = [...open, 'undeliverable'];
    return this.#in(mailbox).filter(({ state }) => states.includes(state)).length >= this.limits.mailbox;
  }

  #requireRoom(mailbox: Address): void {
    if (this.#isFull(mailbox)) throw mailboxFull(mailbox, this.limits.mailbox);
  }
}

export const deliveryOf = ({ message, mailbox, state, nAttempts, holder, reason }: MemoryDelivery): Delivery =>
  structuredClone({ message, mailbox, state, nAttempts, holder: state === 'taken' ? holder : null, reason });
