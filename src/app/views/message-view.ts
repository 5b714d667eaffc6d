import { z } from 'zod';

import type { Delivery, Message } from '../../domain/bus/message.ts';

/** A message as people and programs see it. */
export const messageSchema = z.object({
  id: z.string().describe('Its id, like m12.'),
  atMs: z.number().describe('When it was accepted, in milliseconds since 1970.'),
  from: z.string().describe('Who sent it, from the channel that it came by.'),
  to: z.string().describe('The address that it was sent to.'),
  kind: z.enum(['note', 'ask', 'answer']),
  subject: z.string(),
  body: z.record(z.string(), z.unknown()),
  inReplyTo: z.string().nullable().describe('The message that it answers.'),
  run: z.string().nullable().describe('The run in which it was sent.'),
  expiresAtMs: z.number().nullable().describe('When it is given up; null: never.'),
});
export type MessageView = z.infer<typeof messageSchema>;

/** A message in one mailbox. */
export const deliverySchema = messageSchema.extend({
  mailbox: z.string(),
  state: z.enum(['waiting', 'taken', 'acked', 'dead', 'expired', 'undeliverable']),
  nAttempts: z.number().describe('How often it was taken.'),
  holder: z.string().nullable().describe('Who has it now.'),
  reason: z.string().nullable().describe('Why it was not delivered, or why the last try failed.'),
});
export type DeliveryView = z.infer<typeof deliverySchema>;

/** Returns what is shown of a message. */
export const messageView = (message: Message): MessageView => ({
  id: `m${message.id}`,
  atMs: message.atMs,
  from: message.from,
  to: message.to,
  kind: message.kind,
  subject: message.subject,
  body: { ...message.body },
  inReplyTo: message.inReplyTo === null ? null : `m${message.inReplyTo}`,
  run: message.run,
  expiresAtMs: message.expiresAtMs,
});

/** Returns what is shown of a message in a mailbox. */
export const deliveryView = ({ message, mailbox, state, nAttempts, holder, reason }: Delivery): DeliveryView => ({
  ...messageView(message),
  mailbox,
  state,
  nAttempts,
  holder,
  reason,
});
