import type { Address } from './address.ts';
import type { NewMessage } from './message.ts';

/** One message in one mailbox. */
export interface Place {
  readonly id: number;
  readonly mailbox: Address;
}

/** What happens to messages in the commit that writes rows; see `Ledger.append`. Each gives a row, in this order. */
export interface Mail {
  /** Row `bus.sent`. One whose key the sender has used gives none, and is not sent again: `Bus.findSent` names the one of then. */
  readonly sends?: readonly { readonly message: NewMessage; readonly mailboxes: readonly Address[] }[];
  /** Row `bus.acked`, of the run. One that is late is the fault `BUS_DELIVERY_LATE`: its effect is somebody else's. */
  readonly acks?: readonly (Place & { readonly holder: string; readonly run: string | null })[];
  /** Row `bus.undelivered`: from then on `Bus.untold` leaves it out. One that has changed meanwhile gives none. */
  readonly told?: readonly Place[];
  /** Row `bus.refused`, by the ids that `Bus.untoldRefusals` gave. */
  readonly toldRefusals?: readonly number[];
}
