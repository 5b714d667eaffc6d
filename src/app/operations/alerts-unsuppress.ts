import { z } from 'zod';

import { defineOperation } from '../operation.ts';
import { loadSuppressions, suppressionsSchema } from './_alerts.ts';
import { personOf } from './_run-output.ts';

/** `orchestrate alerts unsuppress <id>` */
export const alertsUnsuppress = defineOperation({
  name: 'alerts unsuppress',
  summary: 'End a suppression before its time: what is open and matches is told.',
  effect: 'write',
  needs: 'home',
  input: z.object({ suppression: z.string().min(1).max(40).describe('Its id, e.g. `s2`.') }),
  output: suppressionsSchema,
  positional: ['suppression'],
  examples: [{ command: 'orchestrate alerts unsuppress s2', explains: 'Its alerts are told again.' }],
  async run(app, { suppression: id }) {
    await app.ask('alert.unsuppress', { id, by: personOf(app) });
    return loadSuppressions(app);
  },
});
