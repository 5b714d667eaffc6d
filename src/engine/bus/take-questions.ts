import type { Address } from '../../domain/bus/address.ts';
import type { Message } from '../../domain/bus/message.ts';
import type { Bus, TakeOptions } from '../../ports/index.ts';

/** Questions of a mailbox that are looked through in one look: those in front may be with somebody else. */
const maxOpen = 100;

/**
 * Takes the questions of a mailbox, oldest first; what a holder of this name took before and is not done with is its own again. What
 * wants no answer stays where it lies, for whoever reads it.
 */
export async function takeQuestions(bus: Bus, mailbox: Address, options: TakeOptions): Promise<readonly Message[]> {
  const { limit, ...holding } = options;
  const taken: Message[] = [];
  const open = bus.deliveries({ mailbox, states: ['waiting', 'taken'], kind: 'ask', limit: maxOpen });
  for (const { message, state, holder } of open) {
    if (taken.length >= limit) break;
    const isHeld = state === 'taken' && holder === holding.holder;
    if (isHeld || (await bus.takeOne({ id: message.id, mailbox }, holding)) !== undefined) taken.push(message);
  }
  return taken;
}
