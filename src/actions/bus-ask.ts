import { z } from 'zod';

import { addressOf } from './_address.ts';
import { claimSchema, claimsIn, textIn } from './_claims.ts';
import { defineAction } from './_context.ts';
import { spanOf } from './_duration.ts';

const output = z.object({
  ask: z.number().int(),
  answer: z.number().int(),
  from: z.string(),
  subject: z.string(),
  text: z.string(),
  claims: z.array(claimSchema),
});

/** How long an answer is waited for when the playbook does not say. */
const defaultDeadlineMs = 60 * 60_000;

/**
 * Asks somebody and waits for the answer. An attempt that begins again waits for the answer to the same question. What is answered is
 * data: it is reported, and nothing is done because of it. Faults: `BUS_NO_ANSWER`, `USAGE_BAD_ARGUMENT`, those of a bus.
 */
export const busAsk = defineAction({
  id: 'bus.ask',
  summary: 'Ask another agent, a tree or a person, and wait for the answer',
  effect: 'write',
  input: z.object({
    to: z.string(),
    subject: z.string(),
    text: z.string().default(''),
    deadline: z.string().default(''),
  }),
  output,
  async run({ bus, note }, { to, subject, text, deadline }) {
    const address = addressOf(to);
    const deadlineMs = spanOf('deadline', deadline) ?? defaultDeadlineMs;
    await note(`asks ${address}: ${subject}`);
    const { id, answer } = await bus.ask({ to: address, subject, body: { text }, deadlineMs });
    const { body } = answer;
    return {
      ...{ ask: id, answer: answer.id, from: answer.from, subject: answer.subject },
      ...{ text: textIn(body), claims: claimsIn(body) },
    };
  },
  describe: ({ ask, answer, from, subject }) => `m${ask} was answered by ${from} (m${answer}): ${subject}`,
});
