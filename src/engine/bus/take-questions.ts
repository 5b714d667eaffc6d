import type { Address } from '../../domain/bus/address.ts';
import type { Message } from '../../domain/bus/message.ts';
import type { Bus, TakeOptions } from '../../ports/index.ts';

/** Deliveries of a mailbox that are looked through for questions. */
const maxOpen = 1_000;

/**
 * Takes the questions of a mailbox, oldest first; what a holder of this name took before and is not done with is its own again. What
 * wants no answer stays where it lies, for whoever reads it.
 */
export async function takeQuestions(bus: Bus, mailbox: Address, options: TakeOptions): Promise<readonly Message[]> {
  const { limit, ...holding } = options;
  const taken: Message[] = [];
  for (const { message, state, holder } of bus.deliveries({ mailbox, states: ['waiting', 'taken'], limit: maxOpen })) {
    if (taken.length >= limit) break;
    if (message.kind !== 'ask') continue;
    const isHeld = state === 'taken' && holder === holding.holder;
    if (isHeld || (await bus.takeOne({ id: message.id, mailbox }, holding)) !== undefined) taken.push(message);
  }
  return taken;
}
