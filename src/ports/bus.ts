import type { Address } from '../domain/bus/address.ts';
import type { Delivery, DeliveryState, Message, NewMessage } from '../domain/bus/message.ts';

export type SendOutcome =
  | { readonly kind: 'accepted'; readonly id: number; readonly mailboxes: readonly Address[] }
  /** The sender's key is known: the message of then stands. */
  | { readonly kind: 'duplicate'; readonly id: number }
  /** Accepted, and nobody has that mailbox. It is kept and shown. */
  | { readonly kind: 'undeliverable'; readonly id: number };

export interface TakeOptions {
  /** Who takes: an attempt, a process. An ack of another holder is refused. */
  readonly holder: string;
  /** Until then it is the holder's; afterwards anybody may take it again. */
  readonly leaseMs: number;
  readonly limit: number;
}

export interface MailQuery {
  readonly mailbox?: Address;
  readonly states?: readonly DeliveryState[];
  readonly run?: string;
  readonly afterId?: number;
  /** Default 100; at most 1,000. */
  readonly limit?: number;
}

/**
 * Messages between agents, trees and people. Accepted when the promise resolves (durable as a ledger's commit), delivered at least
 * once, in the order of each sender within a mailbox: the next one of a sender is handed out when the one before is acked, dead or
 * expired. Any process may send, take and ack. Rings the ledger's bell.
 * Faults: `BUS_MAILBOX_FULL`, `BUS_MESSAGE_INVALID`, `BUS_TYPE_RESERVED`, those of a ledger.
 */
export interface Bus {
  /** `mailboxes`: what the address stands for now (see `domain/bus/route.ts`); none: undeliverable. */
  send(message: NewMessage, mailboxes: readonly Address[]): Promise<SendOutcome>;
  /** Hands out what is waiting, or taken by somebody whose lease is over, oldest first. Each handing out is an attempt. */
  take(mailbox: Address, options: TakeOptions): Promise<readonly Delivery[]>;
  /** Done with it. `late`: somebody else has it now, or it is over; nothing was changed. */
  ack(options: { readonly id: number; readonly mailbox: Address; readonly holder: string }): Promise<'acked' | 'late'>;
  /** Could not be done: it waits again, or is dead after `maxAttempts`. */
  fail(options: {
    readonly id: number;
    readonly mailbox: Address;
    readonly holder: string;
    readonly reason: string;
  }): Promise<'waiting' | 'dead' | 'late'>;
  find(id: number): Message | undefined;
  /** Deliveries, oldest first. */
  deliveries(query: MailQuery): readonly Delivery[];
  /** The answers to a message, oldest first. */
  answersTo(id: number): readonly Message[];
  /** Messages after an id as they are accepted, until the signal aborts. */
  tail(options: { readonly afterId: number; readonly signal: AbortSignal }): AsyncIterable<Message>;
  /** How many deliveries each mailbox has in each state, mailboxes with none left out. */
  counts(): readonly { readonly mailbox: Address; readonly state: DeliveryState; readonly n: number }[];
  /** Puts a dead, expired or undeliverable one back; its attempts begin anew. False when it is none of those. */
  requeue(options: { readonly id: number; readonly mailbox: Address }): Promise<boolean>;
  /**
   * What time brings: expires what is past its time, gives undeliverable ones to mailboxes that `route` knows by now, forgets acked
   * ones older than `keepMs`. Returns what moved. For the supervisor.
   */
  tidy(options: {
    readonly keepMs: number;
    readonly route: (to: Address) => readonly Address[];
  }): Promise<readonly Delivery[]>;
}
