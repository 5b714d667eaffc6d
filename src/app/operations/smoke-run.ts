import { z } from 'zod';

import { defineOperation } from '../operation.ts';
import { runSchema } from '../views/run-view.ts';
import { detachField } from './_inputs.ts';
import { acceptedRun, personOf, runOptions } from './_run-output.ts';

/** `orchestrate smoke run [name]` */
export const smokeRun = defineOperation({
  name: 'smoke run',
  summary: 'Run your workflows now, on the branch as it is.',
  description:
    'Starts an instance of its own from the branch, runs the workflows on it, and tells how long each took and what it drew. Nothing is changed, and production is not touched.',
  effect: 'write',
  needs: 'home',
  follows: true,
  input: z.object({
    name: z.string().min(1).max(80).nullable().default(null).describe('One workflow; all of them otherwise.'),
    detach: detachField,
  }),
  output: runSchema,
  positional: ['name'],
  examples: [
    { command: 'orchestrate smoke run', explains: 'Run every workflow.' },
    { command: 'orchestrate smoke run portrait', explains: 'Run one.' },
  ],
  async run(app, { name }) {
    const options = {
      ...runOptions({ dryRun: false, yes: true }),
      playbook: 'run-workflows',
      inputs: { name: name ?? '' },
    };
    const goal = name === null ? 'run workflows' : `run workflow ${name}`;
    return acceptedRun(app, await app.ask('run.start', { goal, options, by: personOf(app) }));
  },
});
