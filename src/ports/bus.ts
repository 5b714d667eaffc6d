import type { Address } from '../domain/bus/address.ts';
import type { Place } from '../domain/bus/mail.ts';
import type { Delivery, DeliveryState, Message, MessageKind, NewMessage } from '../domain/bus/message.ts';
import type { KeptRefusal } from '../domain/bus/refusal.ts';

export type SendOutcome =
  | { readonly kind: 'accepted'; readonly id: number; readonly mailboxes: readonly Address[] }
  /** The sender's key is known: the message of then stands. */
  | { readonly kind: 'duplicate'; readonly id: number }
  /** Accepted, and nobody has that mailbox. It is kept and shown. */
  | { readonly kind: 'undeliverable'; readonly id: number };

export interface TakeOptions {
  /** Who takes: an attempt, a process. An ack of another holder is refused. */
  readonly holder: string;
  /** Until then it is the holder's; afterwards anybody may take it again. By a clock that never jumps. */
  readonly leaseMs: number;
  readonly limit: number;
}

export interface MailQuery {
  readonly mailbox?: Address;
  readonly states?: readonly DeliveryState[];
  readonly run?: string;
  readonly kind?: MessageKind;
  /** Who has it now. */
  readonly holder?: string;
  readonly afterId?: number;
  /** Default 100; at most 1,000. */
  readonly limit?: number;
}

/** How many deliveries a mailbox has in a state. */
export interface MailboxCount {
  readonly mailbox: Address;
  readonly state: DeliveryState;
  readonly n: number;
}

/**
 * Messages between agents, trees and people. Accepted when the promise resolves (durable as a ledger's commit), delivered at least
 * once, in the order of each sender within a mailbox: the next one of a sender is handed out when the one before is acked, dead or
 * expired. Any process may send, take and ack. Rings the ledger's bell. An effect happens once when its rows and the ack are one
 * commit (`Ledger.append`). Leases and expiry go by a clock that never jumps; see `domain/bus/lifetime.ts`.
 * Faults: `BUS_MAILBOX_FULL`, `BUS_MESSAGE_INVALID`, `BUS_TYPE_RESERVED`, `BUS_SENDER_FORGED`, those of a ledger.
 */
export interface Bus {
  /**
   * `mailboxes`: what the address stands for now (see `domain/bus/route.ts`); none: undeliverable. What the sender said to it before and
   * was undeliverable goes there first. What only the supervisor may
   * say (`domain/bus/refusal.ts`) is refused unless this process is the supervisor, and the refusal is kept for the journal.
   */
  send(message: NewMessage, mailboxes: readonly Address[]): Promise<SendOutcome>;
  /** Hands out what is waiting, or taken by somebody whose lease is over, oldest first. Each handing out is an attempt. */
  take(mailbox: Address, options: TakeOptions): Promise<readonly Delivery[]>;
  /**
   * Hands out this one, whatever waits before it: for who chose it. Undefined when it is not there, or over, or with
   * somebody whose lease is not.
   */
  takeOne(place: Place, options: Omit<TakeOptions, 'limit'>): Promise<Delivery | undefined>;
  /** Done with it. `late`: somebody else has it now, or it is over; nothing was changed. */
  ack(options: Place & { readonly holder: string }): Promise<'acked' | 'late'>;
  /** Could not be done: it waits again, or is dead after as many tries as the limits say, or at once when it is `hopeless`. */
  fail(
    options: Place & { readonly holder: string; readonly reason: string; readonly hopeless?: boolean },
  ): Promise<'waiting' | 'dead' | 'late'>;
  find(id: number): Message | undefined;
  /** The message that a sender sent with this key. */
  findSent(from: Address, dedup: string): Message | undefined;
  /** Deliveries, oldest first. */
  deliveries(query: MailQuery): readonly Delivery[];
  /** Where a message lies, by mailbox. */
  deliveriesOf(id: number): readonly Delivery[];
  /** The answers to a message, oldest first; 1,000 at most. */
  answersTo(id: number): readonly Message[];
  /** Messages after an id as they are accepted, until the signal aborts. */
  tail(options: { readonly afterId: number; readonly signal: AbortSignal }): AsyncIterable<Message>;
  /** The newest messages, oldest of them first; `limit` 1,000 at most. */
  newest(limit: number): readonly Message[];
  /** How many deliveries each mailbox has in each state, mailboxes with none left out. */
  counts(): readonly MailboxCount[];
  /** How many messages were sent to each address and are kept. */
  sentTo(): readonly { readonly to: Address; readonly n: number }[];
  /** Puts a dead, expired or undeliverable one back; its attempts begin anew, and it does not expire again. False when it is none of those. */
  requeue(place: Place): Promise<boolean>;
  /**
   * What time brings: expires what is past its time, gives undeliverable ones to mailboxes that `route` knows by now (a full one
   * has to wait), forgets those that were over (acked, or dead and expired ones that the journal tells) for `keepMs`, a wall clock
   * that is set on meanwhile not counted. A repeat is safe. For the supervisor.
   */
  tidy(options: { readonly keepMs: number; readonly route: (to: Address) => readonly Address[] }): Promise<void>;
  /** Dead, expired and undeliverable ones that no journal row tells yet, oldest first; 1,000 at most. See `Mail.told`. */
  untold(): readonly Delivery[];
  /** Refusals that no journal row tells yet; see `Mail.toldRefusals`. */
  untoldRefusals(): readonly KeptRefusal[];
}
