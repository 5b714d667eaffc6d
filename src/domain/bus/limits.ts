/** What keeps mailboxes from growing without end. */
export interface BusLimits {
  /** Messages of a mailbox that nobody is done with; one more is refused. */
  readonly mailbox: number;
  /** Tries after which a delivery is dead. */
  readonly attempts: number;
}

export const defaultBusLimits: BusLimits = { mailbox: 10_000, attempts: 5 };
