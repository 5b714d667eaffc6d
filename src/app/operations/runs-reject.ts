import { z } from 'zod';

import { defineOperation } from '../operation.ts';
import { runSchema } from '../views/run-view.ts';
import { answerPlan } from './_answer-plan.ts';
import { detachField, runIdField } from './_inputs.ts';

/** `orchestrate runs reject <run>` */
export const runsReject = defineOperation({
  name: 'runs reject',
  summary: 'Say no to the plan of a run that waits for it.',
  effect: 'write',
  needs: 'home',
  follows: true,
  endsRun: true,
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
  examples: [{ command: 'orchestrate runs reject r12', explains: 'Answer the plan of run r12.' }],
  run: (app, { run, plan }) => answerPlan(app, run, { verdict: 'rejected', plan }),
});
