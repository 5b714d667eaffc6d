import { z } from 'zod';

import { Fault } from '../../base/fault.ts';
import type { Message } from '../../domain/bus/message.ts';
import { durationField, durationText } from '../../domain/definitions/units.ts';
import { awaitAnswer } from '../../engine/bus/await-answer.ts';
import type { App } from '../app.ts';
import { defineOperation } from '../operation.ts';
import { messageSchema, messageView } from '../views/message-view.ts';
import { finish } from './_finish.ts';
import { addressField, bodyField, dedupField, messageNumber, parseBody, subjectField, waitField } from './_messages.ts';
import { post, postedSchema, postedSentence } from './_post.ts';
import { loadSender, requireAddress, type Sender } from './_sender.ts';

/** `orchestrate bus ask` */
export const busAsk = defineOperation({
  name: 'bus ask',
  summary: 'Ask somebody, and wait for the answer.',
  description:
    'Blocks until an answer is there or the deadline is over; then the question is over too, and exit status 7 says that nobody answered. With --dedup a question that was asked before is not asked again: its answer is waited for. Several may answer; the first one is shown, and is done with in your inbox.',
  effect: 'write',
  needs: 'home',
  input: z.object({
    to: addressField.describe('agent:…, tree:…, person:…, run:…, group:… or topic:….'),
    subject: subjectField,
    body: bodyField,
    deadline: durationField({ least: '1s', most: '30d' }).default(300_000).describe('How long to wait, e.g. 10m.'),
    dedup: dedupField,
    wait: waitField,
  }),
  output: postedSchema.extend({ answer: messageSchema.describe('What was answered first.') }),
  positional: ['to', 'subject'],
  examples: [
    {
      command: 'orchestrate bus ask tree:ops-maint "may production stop at noon?" --deadline 10m',
      explains: 'Wait up to ten minutes for an answer.',
    },
  ],
  async run(app, { to, subject, body, deadline, dedup, wait }) {
    const sender = await loadSender(app);
    const expiresAtMs = app.outside.clock.nowMs() + deadline;
    const posted = await post(app, sender, {
      ...{ to: requireAddress(to), kind: 'ask', subject, body: parseBody(body), dedup, expiresAtMs },
      ...{ inReplyTo: null, run: null, waitMs: wait },
    });
    app.narrate(`${postedSentence(posted)}. Waiting for an answer, ${durationText(deadline)} at most.`);
    const { bus } = await app.installation();
    const waited = { id: messageNumber(posted.id), deadlineMs: deadline, signal: app.signal };
    const answer = await awaitAnswer({ bus, clock: app.outside.clock }, waited);
    if (answer !== undefined) {
      await finishAnswer(app, sender, answer);
      return { ...posted, answer: messageView(answer) };
    }
    if (app.signal.aborted)
      throw new Fault('INTERRUPTED', `Interrupted while waiting for an answer to ${posted.id}.`, {
        state: 'The question stands; an answer lies in your inbox.',
        hints: ['orchestrate bus inbox'],
      });
    throw new Fault('BUS_NO_ANSWER', `Nobody answered ${posted.id} within ${durationText(deadline)}.`, {
      hints: [
        ...(posted.why === null ? [] : [`${to}: ${posted.why}`]),
        'orchestrate bus inbox',
        'orchestrate bus status',
      ],
      state: 'The question is over; an answer that still comes lies in your inbox.',
      data: { id: posted.id, to },
    });
  },
});

/** Takes the answer out of the sender's own mailbox: whoever sees it here need not look for it there. A repeat finishes nothing twice. */
async function finishAnswer(app: App, { mailboxes, address }: Sender, { id }: Message): Promise<void> {
  const { bus } = await app.installation();
  for (const { mailbox } of bus.deliveriesOf(id))
    if (mailbox === address || mailboxes?.includes(mailbox) === true)
      await finish(bus, { id, mailbox, holder: address });
}
