import { z } from 'zod';

import { defineOperation } from '../operation.ts';
import { deliverySchema, deliveryView } from '../views/message-view.ts';
import { mailboxField, messageNumber, pageFields } from './_messages.ts';
import { requireAddress } from './_sender.ts';

/** `orchestrate bus dead` */
export const busDead = defineOperation({
  name: 'bus dead',
  summary: 'Show messages that were not delivered, and why.',
  description:
    'dead: tried as often as bus.attempts says, or hopeless. expired: nobody took it in time. undeliverable: nobody has that mailbox; delivered as soon as somebody has. bus requeue puts one back.',
  effect: 'read',
  needs: 'home',
  input: z.object({ mailbox: mailboxField.describe('Only those of this mailbox.'), ...pageFields }),
  output: z.object({
    messages: z.array(deliverySchema).describe('Oldest first.'),
    next: z.string().nullable().describe('There may be more: --after this one.'),
  }),
  positional: ['mailbox'],
  examples: [{ command: 'orchestrate bus dead', explains: 'Everything that reached nobody.' }],
  async run(app, { mailbox, after, limit }) {
    const { bus } = await app.installation();
    const messages = bus
      .deliveries({
        states: ['dead', 'expired', 'undeliverable'],
        limit,
        ...(mailbox === null ? {} : { mailbox: requireAddress(mailbox) }),
        ...(after === null ? {} : { afterId: messageNumber(after) }),
      })
      .map(deliveryView);
    return { messages, next: messages.length < limit ? null : (messages.at(-1)?.id ?? null) };
  },
});
