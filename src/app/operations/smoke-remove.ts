import { z } from 'zod';

import { defineOperation } from '../operation.ts';
import { runSchema } from '../views/run-view.ts';
import { detachField, dryRunField, yesField } from './_inputs.ts';
import { acceptedRun, personOf, runOptions } from './_run-output.ts';

/** `orchestrate smoke remove <name>` */
export const smokeRemove = defineOperation({
  name: 'smoke remove',
  summary: 'Take a workflow out of the tests of every change.',
  description: 'Removes the workflow from workflows/ by a change; it stays in the restore points.',
  effect: 'write',
  needs: 'home',
  follows: true,
  input: z.object({
    name: z.string().min(1).max(80).describe('Its name, as `orchestrate smoke list` shows it.'),
    dryRun: dryRunField,
    yes: yesField,
    detach: detachField,
  }),
  output: runSchema,
  positional: ['name'],
  examples: [{ command: 'orchestrate smoke remove portrait', explains: 'Changes no longer run it.' }],
  async run(app, input) {
    const options = { ...runOptions(input), playbook: 'remove-workflow', inputs: { name: input.name } };
    const goal = `remove workflow ${input.name}`;
    return acceptedRun(app, await app.ask('run.start', { goal, options, by: personOf(app) }));
  },
});
