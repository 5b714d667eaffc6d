import { z } from 'zod';

import { defineOperation } from '../operation.ts';
import { runSchema } from '../views/run-view.ts';
import { answerReview } from './_answer-review.ts';
import { changeIdField, detachField, seenBaseField, seenTreeField } from './_inputs.ts';

/** `orchestrate review request-changes <change>` */
export const reviewRequestChanges = defineOperation({
  name: 'review request-changes',
  summary: 'Ask for another version of a change, and say what should be different.',
  description:
    'The run keeps its slot. Change the files there (`trees list` says where it is), then `review resubmit` has them proven and reviewed anew.',
  effect: 'write',
  everyday: true,
  needs: 'home',
  follows: true,
  input: z.object({
    change: changeIdField.describe('Its id, e.g. `c9`.'),
    comment: z
      .string()
      .min(1)
      .max(2000, 'has to be at most 2000 characters')
      .describe('What should be different. Kept with the answer.'),
    tree: seenTreeField,
    base: seenBaseField,
    detach: detachField,
  }),
  output: runSchema,
  positional: ['change'],
  examples: [
    {
      command: 'orchestrate review request-changes c9 --comment "keep xformers"',
      explains: 'Change c9 waits for another version.',
    },
  ],
  run: (app, { change, tree, base, comment }) =>
    answerReview(app, change, { verdict: 'changes-requested', tree, base, comment }),
});
