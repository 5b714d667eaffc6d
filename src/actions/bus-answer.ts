import { z } from 'zod';

import type { Message } from '../domain/bus/message.ts';
import type { Claim } from './_claims.ts';
import { textIn } from './_claims.ts';
import { type ActionContext, defineAction } from './_context.ts';
import { spanOf } from './_duration.ts';

const output = z.object({
  answered: z.array(
    z.object({ ask: z.number().int(), from: z.string(), answer: z.number().int(), nClaims: z.number().int() }),
  ),
  read: z.array(z.object({ message: z.number().int(), from: z.string(), subject: z.string() })),
});

/** How long somebody who asks is waited for when the playbook does not say. */
const defaultWaitMs = 10 * 60_000;
/** Between two looks into the mailbox. */
const lookEveryMs = 500;
/** Messages that are taken at once. */
const batch = 20;
/** Entries of memory that an answer names. */
const maxClaims = 5;

/**
 * Waits until the agent or its tree was asked something and answers it with what is remembered about it, each entry as the claim of who
 * wrote it; other messages on the way are read. Ends with nothing answered when nobody asked in time. Answer and acknowledgement are one commit: a repeat answers nothing twice.
 */
export const busAnswer = defineAction({
  id: 'bus.answer',
  summary: 'Answer what the agent is asked, from memory',
  effect: 'write',
  input: z.object({ wait: z.string().default(''), text: z.string().default('') }),
  output,
  async run(context, { wait, text }) {
    const { bus, clock, signal } = context;
    const endMs = clock.monotonicMs() + (spanOf('wait', wait) ?? defaultWaitMs);
    const answered: z.infer<typeof output>['answered'] = [];
    const read: z.infer<typeof output>['read'] = [];
    while (answered.length === 0) {
      const taken = await bus.take(batch);
      for (const delivery of taken) {
        const { message } = delivery;
        if (message.kind === 'ask') answered.push(await answer(context, message, text));
        else {
          await bus.ack(delivery);
          read.push({ message: message.id, from: message.from, subject: message.subject });
        }
      }
      if (taken.length > 0) continue;
      if (clock.monotonicMs() >= endMs) break;
      signal.throwIfAborted();
      await clock.sleep(lookEveryMs, signal);
    }
    return { answered, read };
  },
  describe: ({ answered, read }) =>
    [
      answered.length === 0
        ? 'nobody asked'
        : answered
            .map(
              ({ ask, from, nClaims }) =>
                `m${ask} of ${from} answered with ${nClaims === 1 ? '1 entry' : `${nClaims} entries`} of memory`,
            )
            .join(', '),
      ...(read.length === 0 ? [] : [`read ${read.map(({ message }) => `m${message}`).join(', ')}`]),
    ].join('; '),
});

async function answer(context: ActionContext, asked: Message, text: string) {
  const { bus, memory } = context;
  const words = `${asked.subject} ${textIn(asked.body)}`;
  const claims: Claim[] = memory.search({ words, any: true, limit: maxClaims }).map(({ version, excerpt }) => ({
    entry: `${version.key}@${version.version}`,
    saidBy: version.by.name,
    excerpt,
  }));
  const known = claims.length === 0 ? 'nothing is remembered about it' : `${claims.length} remembered`;
  const reply = { subject: `${asked.subject}: ${known}`.slice(0, 200), body: { text, claims } };
  return { ask: asked.id, from: asked.from, answer: await bus.answer(asked.id, reply), nClaims: claims.length };
}
