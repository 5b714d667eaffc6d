import { z } from 'zod';

import { defineOperation } from '../operation.ts';
import { runSchema } from '../views/run-view.ts';
import { answerReview } from './_answer-review.ts';
import { changeIdField, commentField, detachField, seenBaseField, seenTreeField } from './_inputs.ts';

/** `orchestrate review reject <change>` */
export const reviewReject = defineOperation({
  name: 'review reject',
  summary: 'Reject a change: its run ends, nothing is merged.',
  description:
    'The answer is about exactly the tree that `review show` prints. When the tree moved meanwhile, the answer is refused and you are asked again.',
  effect: 'write',
  everyday: true,
  needs: 'home',
  follows: true,
  endsRun: true,
  input: z.object({
    change: changeIdField.describe('Its id, e.g. `c9`.'),
    tree: seenTreeField,
    base: seenBaseField,
    comment: commentField,
    detach: detachField,
  }),
  output: runSchema,
  positional: ['change'],
  examples: [{ command: 'orchestrate review reject c9', explains: 'Reject change c9.' }],
  run: (app, { change, tree, base, comment }) =>
    answerReview(app, change, { verdict: 'rejected', tree, base, comment }),
});
