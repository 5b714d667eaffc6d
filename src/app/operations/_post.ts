import { z } from 'zod';

import { Fault } from '../../base/fault.ts';
import { foreignChannel } from '../../domain/bus/channels.ts';
import type { NewMessage } from '../../domain/bus/message.ts';
import { whyUndeliverable } from '../../domain/bus/undelivered.ts';
import { mailboxesNow } from '../../engine/bus/mailboxes-now.ts';
import type { App } from '../app.ts';
import { listText } from '../views/text.ts';
import type { Sender } from './_sender.ts';
import { wakeRecipients, wokenSchema } from './_wake.ts';

/** How long is waited between two tries at a full mailbox. */
const tryAgainMs = 250;

/** What became of a message that was sent. */
export const postedSchema = z.object({
  id: z.string().describe('Its id, like m12.'),
  from: z.string().describe('Who sent it: you, by your login, or the agent whose program typed it.'),
  to: z.string(),
  state: z
    .enum(['accepted', 'duplicate', 'undeliverable'])
    .describe(
      '`duplicate`: your message with that key is there already. `undeliverable`: kept, nobody has that mailbox yet.',
    ),
  mailboxes: z.array(z.string()).describe('Where it lies.'),
  why: z.string().nullable().describe('Why nobody has it.'),
  woken: wokenSchema,
});
export type Posted = z.infer<typeof postedSchema>;

/**
 * Sends a message of whoever typed the command and wakes whoever waits for it. A full mailbox is tried again for `waitMs`.
 * Faults: those of `Bus.send`; `CHANNEL_NOT_YOURS`, `INTERRUPTED`.
 */
export async function post(
  app: App,
  sender: Sender,
  { waitMs, ...said }: Omit<NewMessage, 'from'> & { readonly waitMs: number },
): Promise<Posted> {
  const message: NewMessage = { ...said, from: sender.address };
  const installation = await app.installation();
  const channels = installation.definitions.trees.get(sender.tree ?? '')?.channels ?? [];
  const foreign = foreignChannel(message, { id: sender.tree ?? '', channels });
  if (foreign !== undefined) throw foreign;
  const outcome = await whenThereIsRoom(app, waitMs, () =>
    installation.bus.send(message, mailboxesNow(installation, message.to)),
  );
  const mailboxes = outcome.kind === 'accepted' ? outcome.mailboxes : [];
  return {
    id: `m${outcome.id}`,
    from: message.from,
    to: message.to,
    state: outcome.kind,
    mailboxes: [...mailboxes],
    why: outcome.kind === 'undeliverable' ? whyUndeliverable(message.to) : null,
    woken: await wakeRecipients(app, { message, mailboxes }),
  };
}

async function whenThereIsRoom<T>(app: App, waitMs: number, send: () => Promise<T>): Promise<T> {
  const { clock } = app.outside;
  const untilMs = clock.monotonicMs() + waitMs;
  for (let isTold = false; ; isTold = true) {
    try {
      return await send();
    } catch (error) {
      const isOver = clock.monotonicMs() >= untilMs;
      if (!(error instanceof Fault) || error.code !== 'BUS_MAILBOX_FULL' || isOver) throw error;
      if (!isTold) app.narrate(`${error.message} Waiting for room.`);
    }
    if (!(await clock.sleep(tryAgainMs, app.signal)))
      throw new Fault('INTERRUPTED', 'Interrupted while a mailbox was full.', { state: 'Nothing was sent.' });
  }
}

/** Returns one sentence about where a message is. */
export const postedSentence = ({ id, to, state, mailboxes, why }: Posted): string => {
  if (state === 'duplicate') return `${id} with that key was sent before; nothing was sent again`;
  if (state === 'undeliverable') return `${id} is kept, and nobody has it: ${why ?? to}`;
  return `${id} lies in ${listText(mailboxes)}`;
};
