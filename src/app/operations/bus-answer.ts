import { z } from 'zod';

import { Fault } from '../../base/fault.ts';
import { defineOperation } from '../operation.ts';
import { finish } from './_finish.ts';
import {
  bodyField,
  messageIdField,
  messageNumber,
  parseBody,
  requireMessage,
  subjectField,
  waitField,
} from './_messages.ts';
import { post, postedSchema } from './_post.ts';
import { loadSender } from './_sender.ts';

/** `orchestrate bus answer` */
export const busAnswer = defineOperation({
  name: 'bus answer',
  summary: 'Answer a question, and be done with it.',
  description:
    'The answer goes to whoever asked. The question is acknowledged wherever you take from: in your own mailbox, and, for a person, in the mailbox that it lies in. The same answer given twice is sent once.',
  effect: 'write',
  needs: 'home',
  input: z.object({ id: messageIdField, subject: subjectField, body: bodyField, wait: waitField }),
  output: postedSchema.extend({ done: z.array(z.string()).describe('Mailboxes in which the question is done now.') }),
  positional: ['id', 'subject'],
  examples: [{ command: 'orchestrate bus answer m12 "yes, from 12:00 to 13:00"', explains: 'Answer question m12.' }],
  async run(app, { id, subject, body, wait }) {
    const sender = await loadSender(app);
    const ask = await requireMessage(app, messageNumber(id));
    if (ask.kind !== 'ask')
      throw new Fault('USAGE_BAD_ARGUMENT', `m${ask.id} is no question: ${ask.kind} of ${ask.from}, ${ask.subject}`, {
        hints: [`orchestrate bus send ${ask.from} "…"`],
        state: 'Nothing was sent.',
      });
    const dedup = `answer:${ask.id}:${app.outside.digest.sha256(JSON.stringify([subject, body])).slice(0, 32)}`;
    const posted = await post(app, sender, {
      ...{ to: ask.from, kind: 'answer', subject, body: parseBody(body), dedup, expiresAtMs: null },
      ...{ inReplyTo: ask.id, run: null, waitMs: wait },
    });
    const { bus } = await app.installation();
    const places = bus
      .deliveriesOf(ask.id)
      .filter(({ mailbox }) => sender.mailboxes === null || sender.mailboxes.includes(mailbox));
    const done: string[] = [];
    for (const { mailbox } of places)
      if (await finish(bus, { id: ask.id, mailbox, holder: sender.address })) done.push(mailbox);
    return { ...posted, done };
  },
});
