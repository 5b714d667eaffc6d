import { z } from 'zod';

import { defineOperation } from '../operation.ts';
import { loadSuppressions, suppressionsSchema } from './_alerts.ts';

/** `orchestrate alerts suppressions` */
export const alertsSuppressions = defineOperation({
  name: 'alerts suppressions',
  summary: 'List which alerts are told nobody now, until when, and why.',
  effect: 'read',
  needs: 'home',
  input: z.object({}),
  output: suppressionsSchema,
  examples: [{ command: 'orchestrate alerts suppressions', explains: 'Those that hold now; the rest have expired.' }],
  run: (app) => loadSuppressions(app),
});
