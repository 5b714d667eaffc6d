import type { Address } from '../../../domain/bus/address.ts';
import type { Moment } from '../../../domain/bus/lifetime.ts';
import type { BusLimits } from '../../../domain/bus/limits.ts';
import type { Mail, Place } from '../../../domain/bus/mail.ts';
import type { Delivery, NewMessage } from '../../../domain/bus/message.ts';
import type { Refusal } from '../../../domain/bus/refusal.ts';
import type { SendOutcome } from '../../../ports/bus.ts';

/** A message that was checked, its body as canonical text. */
export interface CheckedMessage extends Omit<NewMessage, 'body'> {
  readonly bodyText: string;
}

export interface CheckedSend {
  readonly message: CheckedMessage;
  readonly mailboxes: readonly Address[];
}

/** What the mail of a commit becomes before it goes to the writer. */
export interface CheckedMail extends Omit<Mail, 'sends'> {
  readonly sends: readonly CheckedSend[];
  readonly now: Moment;
  readonly limits: BusLimits;
}

/** Work on messages for the writing connection. Plain data: it may cross to a worker thread. */
export type BusJob = { readonly now: Moment; readonly limits: BusLimits } & BusWork;

/** What a job does. */
export type BusWork =
  | ({
      readonly kind: 'bus.send';
      readonly supervisorEpoch: number | null;
      readonly refusal: Refusal | null;
    } & CheckedSend)
  | (TakeWork & { readonly kind: 'bus.take'; readonly mailbox: Address; readonly limit: number })
  | (TakeWork & { readonly kind: 'bus.takeOne'; readonly place: Place })
  | { readonly kind: 'bus.ack'; readonly place: Place; readonly holder: string }
  | {
      readonly kind: 'bus.fail';
      readonly place: Place;
      readonly holder: string;
      readonly reason: string;
      readonly hopeless: boolean;
    }
  | { readonly kind: 'bus.requeue'; readonly place: Place }
  /** Ends what is past its time, a batch of it. */
  | { readonly kind: 'bus.expire' }
  /** Gives a batch of what is undeliverable under an address to mailboxes. */
  | { readonly kind: 'bus.route'; readonly to: Address; readonly mailboxes: readonly Address[] }
  /** Forgets a batch of what was over before a time of the wall clock. */
  | { readonly kind: 'bus.forget'; readonly beforeMs: number };

interface TakeWork {
  readonly holder: string;
  readonly leaseMs: number;
}

export type BusOutcome =
  | { readonly kind: 'bus.sent'; readonly outcome: SendOutcome | { readonly kind: 'refused' } }
  | { readonly kind: 'bus.taken'; readonly deliveries: readonly Delivery[] }
  | { readonly kind: 'bus.settled'; readonly end: 'acked' | 'waiting' | 'dead' | 'late' }
  /** How many rows it moved. */
  | { readonly kind: 'bus.moved'; readonly n: number };

export type BusOutcomeOf<Kind extends BusWork['kind']> = Extract<BusOutcome, { kind: OutcomeKinds[Kind] }>;

interface OutcomeKinds {
  readonly 'bus.send': 'bus.sent';
  readonly 'bus.take': 'bus.taken';
  readonly 'bus.takeOne': 'bus.taken';
  readonly 'bus.ack': 'bus.settled';
  readonly 'bus.fail': 'bus.settled';
  readonly 'bus.requeue': 'bus.moved';
  readonly 'bus.expire': 'bus.moved';
  readonly 'bus.route': 'bus.moved';
  readonly 'bus.forget': 'bus.moved';
}
