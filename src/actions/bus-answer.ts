import { z } from 'zod';

import type { Message } from '../domain/bus/message.ts';
import { claimsIn, textIn } from './_claims.ts';
import { type ActionContext, defineAction } from './_context.ts';
import { spanOf } from './_duration.ts';
import { recalledClaims } from './_recalled-claims.ts';

const output = z.object({
  answered: z.array(
    z.object({ ask: z.number().int(), from: z.string(), answer: z.number().int(), nClaims: z.number().int() }),
  ),
});
type Answered = z.infer<typeof output>['answered'][number];

/** How long somebody who asks is waited for when the playbook does not say. */
const defaultWaitMs = 10 * 60_000;
/** Between two looks into the mailbox. */
const lookEveryMs = 500;
/** Questions that are taken at once. */
const batch = 20;
/** Entries of memory that an answer names. */
const maxClaims = 5;

/**
 * Answers what the agent or its tree is asked with what is remembered about it, each entry as the claim of who wrote it and what its
 * attempt was given first, until a question of its own run was answered: what others ask on the way is answered too. Ends without that
 * when its run did not ask in time. Answer and acknowledgement are one commit: a repeat answers nothing twice, and goes on from what was
 * answered. What wants no answer is left alone.
 */
export const busAnswer = defineAction({
  id: 'bus.answer',
  summary: 'Answer what the agent is asked, from memory',
  effect: 'write',
  input: z.object({ wait: z.string().default(''), text: z.string().default('') }),
  output,
  async run(context, { wait, text }) {
    const { bus, clock, signal, run } = context;
    const endMs = clock.monotonicMs() + (spanOf('wait', wait) ?? defaultWaitMs);
    const before = bus.answered();
    const answered = before.map(({ ask, answer }) => toldOf(ask, answer.id, claimsIn(answer.body).length));
    let isOver = before.some(({ ask }) => ask.run === run);
    while (!isOver) {
      const asked = await bus.questions(batch);
      for (const ask of asked) answered.push(await answer(context, ask, text));
      isOver = asked.some((ask) => ask.run === run);
      if (isOver || asked.length > 0) continue;
      if (clock.monotonicMs() >= endMs) break;
      signal.throwIfAborted();
      await clock.sleep(lookEveryMs, signal);
    }
    return { answered };
  },
  describe: ({ answered }) =>
    answered.length === 0
      ? 'nobody asked'
      : answered
          .map(
            ({ ask, from, nClaims }) =>
              `m${ask} of ${from} answered with ${nClaims === 1 ? '1 entry' : `${nClaims} entries`} of memory`,
          )
          .join(', '),
});

const toldOf = ({ id, from }: Message, answerId: number, nClaims: number): Answered => ({
  ...{ ask: id, from, nClaims },
  answer: answerId,
});

async function answer(context: ActionContext, asked: Message, text: string): Promise<Answered> {
  const { bus, memory } = context;
  const words = `${asked.subject} ${textIn(asked.body)}`;
  const claims = await recalledClaims(memory, words, maxClaims);
  const known = claims.length === 0 ? 'nothing is remembered about it' : `${claims.length} remembered`;
  const reply = { subject: `${asked.subject}: ${known}`.slice(0, 200), body: { text, claims } };
  return toldOf(asked, await bus.answer(asked.id, reply), claims.length);
}
