import { z } from 'zod';

import { defineOperation } from '../operation.ts';
import { runSchema } from '../views/run-view.ts';
import { mergeNow } from './_answer-review.ts';
import {
  breakGlassField,
  changeIdField,
  commentField,
  detachField,
  seenBaseField,
  seenTreeField,
  signField,
} from './_inputs.ts';

/** `orchestrate review merge <change>` */
export const reviewMerge = defineOperation({
  name: 'review merge',
  summary: 'Merge an approved change that waits, now: look again.',
  description:
    'For a change that was approved for the window, or that waits for something else. A freeze, and a window that a rule asks for, are kept: only --break-glass passes over them, with a reason and a follow-up.',
  effect: 'write',
  everyday: true,
  needs: 'home',
  follows: true,
  input: z.object({
    change: changeIdField.describe('Its id, e.g. `c9`.'),
    tree: seenTreeField,
    base: seenBaseField,
    comment: commentField,
    sign: signField,
    breakGlass: breakGlassField,
    detach: detachField,
  }),
  output: runSchema,
  positional: ['change'],
  examples: [
    { command: 'orchestrate review merge c9', explains: 'Not tonight: now.' },
    {
      command: 'orchestrate review merge c9 --break-glass --comment "security fix"',
      explains: 'Merge it in a freeze.',
    },
  ],
  run: (app, { change, ...options }) => mergeNow(app, change, options),
});
