import type { JsonObject } from '../../base/json.ts';
import type { Address } from './address.ts';

/** `ask` wants an `answer`; a `note` wants nothing. */
export type MessageKind = 'note' | 'ask' | 'answer';

/** A message before it is accepted. Nothing in `subject` or `body` says who sent it: `from` comes from the channel. */
export interface NewMessage {
  readonly from: Address;
  readonly to: Address;
  readonly kind: MessageKind;
  /** One line for people. */
  readonly subject: string;
  readonly body: JsonObject;
  /** The same sender with the same key is accepted once; null: no key. */
  readonly dedup: string | null;
  /** Wall clock; past it the message is dead-lettered as expired. Null: never. */
  readonly expiresAtMs: number | null;
  /** Id of the message that it answers. */
  readonly inReplyTo: number | null;
  /** The run in which it was sent. */
  readonly run: string | null;
}

export interface Message extends NewMessage {
  /** Counts up over the installation. */
  readonly id: number;
  readonly atMs: number;
  /** Counts up per sender: order within a mailbox is kept by it. */
  readonly senderSeq: number;
}

/**
 * Where a message stands in one mailbox. `undeliverable`: nobody has that mailbox or listens to that topic; it stays visible and is
 * delivered when somebody does. `dead`: given up after too many tries.
 */
export type DeliveryState = 'waiting' | 'taken' | 'acked' | 'dead' | 'expired' | 'undeliverable';

export interface Delivery {
  readonly message: Message;
  readonly mailbox: Address;
  readonly state: DeliveryState;
  /** Tries so far, this one included. */
  readonly nAttempts: number;
  /** Who has it now; null unless `taken`. */
  readonly holder: string | null;
  /** Why it is dead, or why the last try failed. */
  readonly reason: string | null;
}

/** Message types that only the supervisor's own process may write; see `docs/cases.md`, A36. */
export const reservedTypes: readonly string[] = ['approval', 'policy', 'merge'];
