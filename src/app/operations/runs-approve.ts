import { z } from 'zod';

import { defineOperation } from '../operation.ts';
import { runSchema } from '../views/run-view.ts';
import { answerPlan } from './_answer-plan.ts';
import { detachField, runIdField } from './_inputs.ts';

/** `orchestrate runs approve <run>` */
export const runsApprove = defineOperation({
  name: 'runs approve',
  summary: 'Say yes to the plan of a run that waits for it.',
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
    detach: detachField,
  }),
  output: runSchema,
  positional: ['run'],
  examples: [{ command: 'orchestrate runs approve r12', explains: 'Answer the plan of run r12.' }],
  run: (app, { run, plan }) => answerPlan(app, run, { verdict: 'approved', plan }),
});
