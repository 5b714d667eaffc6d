import type { Address } from '../../domain/bus/address.ts';
import type { Delivery } from '../../domain/bus/message.ts';
import type { Bus, TakeOptions } from '../../ports/index.ts';

/**
 * Takes what waits in a mailbox, behind what this holder took before and is not done with: a holder that was killed and has the same
 * name again goes on with it. Each is there once, also when the holder's own time with it is over. Where nothing lies nothing is written.
 */
export async function takeMine(bus: Bus, mailbox: Address, options: TakeOptions): Promise<readonly Delivery[]> {
  const { holder, limit } = options;
  const held = bus.deliveries({ mailbox, states: ['taken'], holder, limit });
  if (held.length === limit) return held;
  const taken = await bus.take(mailbox, { ...options, limit: limit - held.length });
  return [...held.filter(({ message }) => !taken.some((one) => one.message.id === message.id)), ...taken];
}
