import { z } from 'zod';

import { defineOperation } from '../operation.ts';
import { conditionSchema } from '../views/condition-view.ts';
import { conditionNameField, loadCondition } from './_conditions.ts';
import { personOf } from './_run-output.ts';

/** `orchestrate conditions clear <name>` */
export const conditionsClear = defineOperation({
  name: 'conditions clear',
  summary: 'Say that a condition holds no longer; steps that have begun go on.',
  description:
    'One that the supervisor sees by itself stays cleared until something new happens: another merge, another window.',
  effect: 'write',
  needs: 'home',
  input: z.object({
    name: conditionNameField,
    because: z.string().min(1).max(500, 'has to be at most 500 characters').describe('Why.'),
  }),
  output: conditionSchema,
  positional: ['name'],
  examples: [
    {
      command: 'orchestrate conditions clear env-setup:environment_stable --because "somebody works on the driver"',
      explains: 'Nothing that waits for a stable environment begins.',
    },
  ],
  async run(app, { name, because }) {
    await app.ask('condition.clear', { name, reason: because, by: personOf(app) });
    return loadCondition(app, name);
  },
});
