import type { Address } from '../../bus/address.ts';
import type { MessageKind } from '../../bus/message.ts';

/** Messages: what agents of a run sent and took, and what became of the rest. */
export interface BusRows {
  /** [`message:<id>`] In the commit that accepted it, where the supervisor's own process sent it. */
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
  /** [`message:<id>:<mailbox>`] It was not delivered: `state` says how it ended. */
  'bus.undelivered': {
    readonly id: number;
    readonly mailbox: Address;
    readonly state: 'dead' | 'expired' | 'undeliverable';
    readonly reason: string;
  };
}
