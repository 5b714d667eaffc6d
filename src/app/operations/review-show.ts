import { z } from 'zod';

import { defineOperation } from '../operation.ts';
import { changeIdField } from './_inputs.ts';
import { loadReview, reviewSchema } from './_review-view.ts';

/** `orchestrate review show <change>` */
export const reviewShow = defineOperation({
  name: 'review show',
  summary: 'Show a change: what it does, risk, proof before and after, what is not proven, answers.',
  description:
    'Every sentence of proof ends in the number of the journal row that holds it; `orchestrate journal tail --row` prints that row.',
  effect: 'read',
  everyday: true,
  needs: 'home',
  input: z.object({ change: changeIdField.describe('Its id, e.g. `c9`.') }),
  output: reviewSchema,
  positional: ['change'],
  examples: [{ command: 'orchestrate review show c9', explains: 'What change c9 does and what was proven of it.' }],
  run: (app, { change }) => loadReview(app, change),
});
