import type { Address } from '../../bus/address.ts';
import type { DeliveryState, MessageKind } from '../../bus/message.ts';
import type { RefusalCode } from '../../bus/refusal.ts';

/** Messages: what agents of a run sent and took, and what became of the rest. */
export interface BusRows {
  /** [`message:<id>`; `said:<dedup>` of what the supervisor says itself] In the commit that accepted it, where its process sent it. */
  'bus.sent': {
    readonly id: number;
    readonly from: Address;
    readonly to: Address;
    readonly kind: MessageKind;
    readonly subject: string;
    readonly inReplyTo: number | null;
    readonly mailboxes: readonly Address[];
  };
  /** [`message:<id>:<mailbox>`] An agent of a run has it, and is done with it. */
  'bus.acked': { readonly id: number; readonly mailbox: Address; readonly holder: string; readonly subject: string };
  /** [`message:<id>:<mailbox>`] It was not delivered: `state` says how it stands. */
  'bus.undelivered': {
    readonly id: number;
    readonly mailbox: Address;
    readonly state: Extract<DeliveryState, 'dead' | 'expired' | 'undeliverable'>;
    readonly from: Address;
    readonly subject: string;
    readonly reason: string;
  };
  /** [`missed:<row>:<topic>`] These mailboxes were full when a channel was told what a row is news of: they do not get it. */
  'bus.missed': {
    readonly row: number;
    readonly topic: string;
    readonly subject: string;
    readonly mailboxes: readonly Address[];
  };
  /** [`refused:<from>`] A message was not accepted, because its sender may not say what it says. */
  'bus.refused': {
    readonly from: Address;
    readonly to: Address;
    readonly code: RefusalCode;
    readonly subject: string;
    /** What it claims to be. */
    readonly claim: string;
    /** How often the same sender was refused for the same since the last row; `to`, `subject` and `claim` are of the last time. */
    readonly times: number;
    readonly lastAtMs: number;
  };
}
