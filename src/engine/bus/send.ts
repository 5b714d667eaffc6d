import type { NewMessage } from '../../domain/bus/message.ts';
import { dataOf } from '../../domain/journal/kinds.ts';
import type { Engine } from '../engine.ts';
import { mailboxesNow } from './mailboxes-now.ts';

/**
 * Sends a message from the supervisor's process, with its row `bus.sent` in the commit that accepts it. One that has a key and is
 * known is not sent again: a repeat is safe. Returns its id. Faults: `BUS_MAILBOX_FULL`, `BUS_MESSAGE_INVALID`.
 */
export async function sendNoted(
  engine: Pick<Engine, 'ledger' | 'bus' | 'definitions' | 'config'>,
  message: NewMessage,
  beside: NonNullable<Parameters<Engine['ledger']['append']>[2]> = {},
): Promise<number> {
  const known = message.dedup === null ? undefined : engine.bus.findSent(message.from, message.dedup);
  if (known !== undefined) return known.id;
  const entries = await engine.ledger.append([], [], {
    ...beside,
    sends: [{ message, mailboxes: mailboxesNow(engine, message.to) }],
  });
  const sent = entries.flatMap((entry) => dataOf('bus.sent', entry) ?? [])[0];
  const id = sent?.id ?? engine.bus.findSent(message.from, message.dedup ?? '')?.id;
  if (id === undefined) throw new Error('a message was accepted without a row');
  return id;
}
