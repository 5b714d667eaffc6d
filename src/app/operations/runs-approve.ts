import { z } from 'zod';

import { defineOperation } from '../operation.ts';
import { runSchema } from '../views/run-view.ts';
import { answerRun } from './_answer-run.ts';
import { detachField, runIdField, stepField } from './_inputs.ts';

/** `orchestrate runs approve <run>` */
export const runsApprove = defineOperation({
  name: 'runs approve',
  summary: 'Say yes to the plan of a run, or to its step, that waits for it.',
  effect: 'write',
  needs: 'home',
  follows: true,
  input: z.object({
    run: runIdField.describe('Its id, e.g. `r12`.'),
    plan: z
      .string()
      .regex(/^[0-9a-f]{4,64}$/, 'has to be the first digits of the plan')
      .nullable()
      .default(null)
      .describe('First digits of the plan that you saw; another plan is refused.'),
    step: stepField,
    detach: detachField,
  }),
  output: runSchema,
  positional: ['run'],
  examples: [
    {
      command: 'orchestrate runs approve r12',
      explains: 'Answer the plan of run r12, or the step that waits for you.',
    },
  ],
  run: (app, { run, plan, step }) => answerRun(app, run, { verdict: 'approved', plan, step }),
});
