import { z } from 'zod';

import { defineOperation } from '../operation.ts';
import { deliverySchema, deliveryView } from '../views/message-view.ts';
import { mailboxField, messageNumber, pageFields } from './_messages.ts';
import { loadSender, requireMailbox } from './_sender.ts';

/** `orchestrate bus inbox` */
export const busInbox = defineOperation({
  name: 'bus inbox',
  summary: 'Show what waits in a mailbox.',
  description: 'Looks and takes nothing. Without a mailbox: yours. Bodies are shown by --json.',
  effect: 'read',
  needs: 'home',
  input: z.object({
    mailbox: mailboxField.describe('A mailbox, like tree:env-setup or agent:validation-engineer.'),
    all: z.boolean().default(false).describe('Also what is done, dead or expired.'),
    ...pageFields,
  }),
  output: z.object({
    mailbox: z.string(),
    messages: z.array(deliverySchema).describe('Oldest first.'),
    next: z.string().nullable().describe('There may be more: --after this one.'),
  }),
  positional: ['mailbox'],
  examples: [
    { command: 'orchestrate bus inbox', explains: 'What waits for you.' },
    { command: 'orchestrate bus inbox tree:env-setup --all', explains: 'Everything that a tree was sent.' },
  ],
  async run(app, { mailbox: named, all, after, limit }) {
    const mailbox = requireMailbox(await loadSender(app), named);
    const { bus } = await app.installation();
    const messages = bus
      .deliveries({
        mailbox,
        limit,
        ...(all ? {} : { states: ['waiting', 'taken', 'undeliverable'] as const }),
        ...(after === null ? {} : { afterId: messageNumber(after) }),
      })
      .map(deliveryView);
    return { mailbox, messages, next: messages.length < limit ? null : (messages.at(-1)?.id ?? null) };
  },
});
