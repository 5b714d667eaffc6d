import type { JsonObject } from '../../../base/json.ts';
import type { Address } from '../../../domain/bus/address.ts';
import type { Due, Lease } from '../../../domain/bus/lifetime.ts';
import type { Delivery, DeliveryState, Message, MessageKind } from '../../../domain/bus/message.ts';
import type { KeptRefusal, RefusalCode } from '../../../domain/bus/refusal.ts';

/** A row of `bus_messages`. */
export interface StoredMessage {
  readonly id: number;
  readonly at_ms: number;
  readonly sender: string;
  readonly sender_seq: number;
  readonly recipient: string;
  readonly kind: string;
  readonly subject: string;
  readonly body: string;
  readonly dedup: string | null;
  readonly expires_at_ms: number | null;
  readonly in_reply_to: number | null;
  readonly run: string | null;
}

/** A row of `bus_deliveries`. */
export interface StoredDelivery {
  readonly id: number;
  readonly mailbox: Address;
  readonly sender: Address;
  readonly state: DeliveryState;
  readonly attempts: number;
  readonly holder: string | null;
  readonly taken_boot: string | null;
  readonly taken_ms: number | null;
  readonly lease_ms: number | null;
  readonly due_boot: string | null;
  readonly due_ms: number | null;
  readonly due_wall_ms: number | null;
  readonly reason: string | null;
  readonly ended_at_ms: number | null;
  readonly told: number | null;
}

/** A row of `bus_refusals`. */
export interface StoredRefusal {
  readonly id: number;
  readonly sender: string;
  readonly code: string;
  readonly recipient: string;
  readonly subject: string;
  readonly claim: string;
  readonly times: number;
  readonly last_at_ms: number;
}

/** Returns the message that a row holds. */
export const messageOf = (row: StoredMessage): Message => ({
  id: row.id,
  atMs: row.at_ms,
  from: row.sender as Address,
  senderSeq: row.sender_seq,
  to: row.recipient as Address,
  kind: row.kind as MessageKind,
  subject: row.subject,
  body: JSON.parse(row.body) as JsonObject,
  dedup: row.dedup,
  expiresAtMs: row.expires_at_ms,
  inReplyTo: row.in_reply_to,
  run: row.run,
});

/** Returns the delivery that a row holds. */
export const deliveryOf = (row: StoredDelivery, message: Message): Delivery => ({
  message,
  mailbox: row.mailbox,
  state: row.state,
  nAttempts: row.attempts,
  holder: row.state === 'taken' ? row.holder : null,
  reason: row.reason,
});

/** Returns for how long somebody has it; undefined: nobody has. */
export const leaseOf = ({ state, taken_boot, taken_ms, lease_ms }: StoredDelivery): Lease | undefined =>
  state !== 'taken' || taken_boot === null || taken_ms === null || lease_ms === null
    ? undefined
    : { boot: taken_boot, takenMs: taken_ms, leaseMs: lease_ms };

/** Returns when it expires; undefined: never. */
export const dueOf = ({ due_boot, due_ms, due_wall_ms }: StoredDelivery): Due | undefined =>
  due_boot === null || due_ms === null || due_wall_ms === null
    ? undefined
    : { boot: due_boot, dueMs: due_ms, wallMs: due_wall_ms };

/** Returns the refusal that a row holds. */
export const refusalOf = (row: StoredRefusal): KeptRefusal => ({
  id: row.id,
  from: row.sender as Address,
  to: row.recipient as Address,
  code: row.code as RefusalCode,
  subject: row.subject,
  claim: row.claim,
  times: row.times,
  lastAtMs: row.last_at_ms,
});
