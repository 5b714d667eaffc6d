import { z } from 'zod';

import { defineOperation } from '../operation.ts';
import { runSchema } from '../views/run-view.ts';
import { detachField, runIdField } from './_inputs.ts';
import { personOf, requireRun } from './_run-output.ts';

/** `orchestrate runs cancel <run>` */
export const runsCancel = defineOperation({
  name: 'runs cancel',
  summary: 'Stop a run; what it made is kept in the trash.',
  description: 'Nothing that was not merged reaches production. A merge that has begun is finished, not torn.',
  effect: 'destroy',
  needs: 'home',
  follows: true,
  endsRun: true,
  input: z.object({ run: runIdField.describe('Its id, e.g. `r12`.'), detach: detachField }),
  output: runSchema,
  positional: ['run'],
  examples: [{ command: 'orchestrate runs cancel r12', explains: 'Stop run r12.' }],
  async run(app, { run }) {
    await requireRun(app, run);
    await app.ask('run.cancel', { run, by: personOf(app) });
    return requireRun(app, run);
  },
});
