import type { Address } from '../../domain/bus/address.ts';
import type { Mail } from '../../domain/bus/mail.ts';
import type { NewMessage } from '../../domain/bus/message.ts';
import { findSaidKey } from '../../domain/bus/rows.ts';
import { dataOf } from '../../domain/journal/kinds.ts';
import type { Engine } from '../engine.ts';
import { mailboxesNow } from './mailboxes-now.ts';

/**
 * Sends a message from the supervisor's process, with its row `bus.sent` in the commit that accepts it. One that has a key and is
 * known is not sent again: a repeat is safe, and what the supervisor says itself is known for all time. `mailboxes`: those
 * of its address when left out. Returns its id. Faults: `BUS_MAILBOX_FULL`, `BUS_MESSAGE_INVALID`.
 */
export async function sendNoted(
  engine: Pick<Engine, 'ledger' | 'bus' | 'definitions' | 'config'>,
  message: NewMessage,
  { mailboxes = mailboxesNow(engine, message.to), ...beside }: Mail & { readonly mailboxes?: readonly Address[] } = {},
): Promise<number> {
  const known = findKnown(engine, message);
  if (known !== undefined) return known;
  const entries = await engine.ledger.append([], [], {
    ...beside,
    sends: [{ message, mailboxes }],
  });
  const sent = entries.flatMap((entry) => dataOf('bus.sent', entry) ?? [])[0];
  const id = sent?.id ?? findKnown(engine, message);
  if (id === undefined) throw new Error('a message was accepted without a row');
  return id;
}

function findKnown({ bus, ledger }: Pick<Engine, 'ledger' | 'bus'>, message: NewMessage): number | undefined {
  const { from, dedup } = message;
  const said = findSaidKey(message);
  const told = said === undefined ? undefined : dataOf('bus.sent', ledger.latest(said));
  return told?.id ?? (dedup === null ? undefined : bus.findSent(from, dedup)?.id);
}
