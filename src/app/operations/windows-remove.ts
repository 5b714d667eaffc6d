import { z } from 'zod';

import { defineOperation } from '../operation.ts';
import { personOf } from './_run-output.ts';
import { loadTimes, timesSchema } from './_times.ts';

/** `orchestrate windows remove <id>` */
export const windowsRemove = defineOperation({
  name: 'windows remove',
  summary: 'Take out a window or freeze that a command added.',
  effect: 'write',
  needs: 'home',
  input: z.object({
    id: z.string().min(1).max(200).describe('Its id, e.g. `w3`; one of orchestrate.yaml is taken out there.'),
    reason: z.string().max(500, 'has to be at most 500 characters').nullable().default(null).describe('Why.'),
  }),
  output: timesSchema,
  positional: ['id'],
  examples: [{ command: 'orchestrate windows remove w3', explains: 'It no longer holds, from now on.' }],
  async run(app, { id, reason }) {
    await app.ask('window.remove', { id, reason, by: personOf(app) });
    return loadTimes(app);
  },
});
