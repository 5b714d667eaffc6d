import { z } from 'zod';

import { defineOperation } from '../operation.ts';
import { runSchema } from '../views/run-view.ts';
import { detachField, dryRunField, yesField } from './_inputs.ts';
import { acceptedRun, personOf, runOptions } from './_run-output.ts';

/** `orchestrate undo` */
export const undo = defineOperation({
  name: 'undo',
  summary: 'Take back the newest merge, environment included.',
  description:
    'Brings back the state before the newest merge as a new commit: nothing is lost, and an undo can be undone. It needs no network while the restore point is `ready` or `offline`.',
  effect: 'write',
  everyday: true,
  needs: 'home',
  follows: true,
  input: z.object({ dryRun: dryRunField, yes: yesField, detach: detachField }),
  output: runSchema,
  examples: [
    { command: 'orchestrate undo', explains: 'Take the newest merge back.' },
    { command: 'orchestrate undo --dry-run', explains: 'Show what would come back.' },
  ],
  async run(app, input) {
    return acceptedRun(
      app,
      await app.ask('restore.start', { kind: 'undo', to: null, options: runOptions(input), by: personOf(app) }),
    );
  },
});
