import { z } from 'zod';

import { defineOperation } from '../operation.ts';
import { loadSchedule, scheduleIdField, scheduleShownSchema } from './_schedules.ts';

/** `orchestrate schedule show <id>` */
export const scheduleShow = defineOperation({
  name: 'schedule show',
  summary: 'Show a schedule: its rules, and what became of each fire.',
  effect: 'read',
  needs: 'home',
  input: z.object({
    id: scheduleIdField,
    fires: z.number().int().min(0).max(1000).default(10).describe('Fires of the past that are shown.'),
  }),
  output: scheduleShownSchema,
  positional: ['id'],
  examples: [
    { command: 'orchestrate schedule show nightly-maintenance', explains: 'Its rules and its last ten fires.' },
  ],
  run: (app, { id, fires }) => loadSchedule(app, id, fires),
});
