import { z } from 'zod';

import { defineOperation } from '../operation.ts';
import { runSchema } from '../views/run-view.ts';
import { budgetField, budgetOf, detachField, runIdField } from './_inputs.ts';
import { personOf, requireRun } from './_run-output.ts';

/** `orchestrate runs resume <run>` */
export const runsResume = defineOperation({
  name: 'runs resume',
  summary: 'Go on with a paused run.',
  effect: 'write',
  needs: 'home',
  follows: true,
  input: z.object({
    run: runIdField.describe('Its id, e.g. `r12`.'),
    budget: budgetField.describe('What it may cost in all from now on, in USD: language models pause at it and ask.'),
    detach: detachField,
  }),
  output: runSchema,
  positional: ['run'],
  examples: [
    { command: 'orchestrate runs resume r12', explains: 'Go on with run r12 and watch it.' },
    {
      command: 'orchestrate runs resume r12 --budget 8',
      explains: 'Let it cost 8 USD in all, and go on where it stopped.',
    },
  ],
  async run(app, { run, budget }) {
    await requireRun(app, run);
    await app.ask('run.resume', { run, ...budgetOf(budget), by: personOf(app) });
    return requireRun(app, run);
  },
});
