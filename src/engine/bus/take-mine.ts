import type { Address } from '../../domain/bus/address.ts';
import type { Delivery } from '../../domain/bus/message.ts';
import type { Bus, TakeOptions } from '../../ports/index.ts';

/** Messages of a mailbox that are looked through for those that the holder has already. */
const maxHeld = 1_000;

/**
 * Takes what waits in a mailbox, behind what this holder took before and is not done with: a holder that was killed and has the same
 * name again goes on with it. Where nothing lies nothing is written.
 */
export async function takeMine(bus: Bus, mailbox: Address, options: TakeOptions): Promise<readonly Delivery[]> {
  const open = bus.deliveries({ mailbox, states: ['waiting', 'taken'], limit: maxHeld });
  if (open.length === 0) return [];
  const held = open.filter(({ state, holder }) => state === 'taken' && holder === options.holder);
  const limit = options.limit - held.length;
  if (limit <= 0) return held.slice(0, options.limit);
  return [...held, ...(await bus.take(mailbox, { ...options, limit }))];
}
