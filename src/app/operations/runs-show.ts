import { z } from 'zod';

import { defineOperation } from '../operation.ts';
import { runSchema } from '../views/run-view.ts';
import { runIdField } from './_inputs.ts';
import { requireRun } from './_run-output.ts';

/** `orchestrate runs show <run>` */
export const runsShow = defineOperation({
  name: 'runs show',
  summary: 'Show a run: steps, change, evidence, restore point.',
  effect: 'read',
  needs: 'home',
  input: z.object({ run: runIdField.describe('Its id, e.g. `r12`.') }),
  output: runSchema,
  positional: ['run'],
  examples: [
    { command: 'orchestrate runs show r12', explains: 'What run r12 did, with the journal rows that say so.' },
  ],
  run: (app, { run }) => requireRun(app, run),
});
