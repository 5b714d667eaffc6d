import type { Engine } from '../engine.ts';
import { mailboxesNow } from './mailboxes-now.ts';

/**
 * What time brings to messages: expires, delivers to whoever has a mailbox by now, forgets what is over, and writes the rows
 * `bus.undelivered` and `bus.refused` of what nobody was told yet. A repeat is safe: what is told is marked in the rows' own commit.
 */
export async function tidyMail({ bus, ledger, config, definitions }: Engine): Promise<void> {
  await bus.tidy({
    keepMs: config.bus.keepSeconds * 1_000,
    route: (to) => mailboxesNow({ ledger, config, definitions }, to),
  });
  const told = bus.untold().map(({ message, mailbox }) => ({ id: message.id, mailbox }));
  const toldRefusals = bus.untoldRefusals().map(({ id }) => id);
  if (told.length + toldRefusals.length > 0) await ledger.append([], [], { told, toldRefusals });
}
