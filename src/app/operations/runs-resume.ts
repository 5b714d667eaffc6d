import { z } from 'zod';

import { defineOperation } from '../operation.ts';
import { runSchema } from '../views/run-view.ts';
import { detachField, runIdField } from './_inputs.ts';
import { personOf, requireRun } from './_run-output.ts';

/** `orchestrate runs resume <run>` */
export const runsResume = defineOperation({
  name: 'runs resume',
  summary: 'Go on with a paused run.',
  effect: 'write',
  needs: 'home',
  follows: true,
  input: z.object({ run: runIdField.describe('Its id, e.g. `r12`.'), detach: detachField }),
  output: runSchema,
  positional: ['run'],
  examples: [{ command: 'orchestrate runs resume r12', explains: 'Go on with run r12 and watch it.' }],
  async run(app, { run }) {
    await requireRun(app, run);
    await app.ask('run.resume', { run, by: personOf(app) });
    return requireRun(app, run);
  },
});
