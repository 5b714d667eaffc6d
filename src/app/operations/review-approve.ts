import { z } from 'zod';

import { defineOperation } from '../operation.ts';
import { runSchema } from '../views/run-view.ts';
import { answerReview } from './_answer-review.ts';
import {
  breakGlassField,
  changeIdField,
  commentField,
  detachField,
  seenBaseField,
  seenTreeField,
  signField,
} from './_inputs.ts';

/** `orchestrate review approve <change>` */
export const reviewApprove = defineOperation({
  name: 'review approve',
  summary: 'Approve a change: it is merged and production switched.',
  description:
    'The answer is about exactly the tree that `review show` prints. When the tree moved meanwhile, the answer is refused and you are asked again. Where the policy asks for more than one person the change goes on waiting for the others; `policy explain` says for whom.',
  effect: 'write',
  everyday: true,
  needs: 'home',
  follows: true,
  input: z.object({
    change: changeIdField.describe('Its id, e.g. `c9`.'),
    tree: seenTreeField,
    base: seenBaseField,
    tonight: z
      .boolean()
      .default(false)
      .describe('Merge when the next window opens; without any window configured, at 03:00 (`windows list`).'),
    ticket: z
      .string()
      .regex(/^[A-Za-z0-9][A-Za-z0-9._#/-]{0,99}$/, 'has to be letters, digits and . _ # / -, 100 at most')
      .nullable()
      .default(null)
      .describe('Ticket that it belongs to, e.g. `OPS-12`.'),
    comment: commentField,
    sign: signField,
    breakGlass: breakGlassField,
    detach: detachField,
  }),
  output: runSchema,
  positional: ['change'],
  examples: [
    { command: 'orchestrate review approve c9', explains: 'Approve change c9 and watch it being merged.' },
    { command: 'orchestrate review approve c9 --tonight', explains: 'Approve it now, merge it in the next window.' },
    {
      command: 'orchestrate review approve c9 --sign ~/.ssh/id_ed25519 --ticket OPS-12',
      explains: 'A signed approval with its ticket.',
    },
    {
      command: 'orchestrate review approve c9 --break-glass --comment "production is down"',
      explains: 'Pass over windows and the number of persons; a follow-up stays open.',
    },
  ],
  run: (app, { change, tree, base, comment, tonight, ticket, sign, breakGlass }) =>
    answerReview(app, change, {
      ...{ verdict: 'approved', tree, base, comment, ticket, sign, breakGlass },
      when: tonight ? 'window' : 'now',
    }),
});
