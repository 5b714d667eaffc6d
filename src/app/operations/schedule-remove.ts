import { z } from 'zod';

import { defineOperation } from '../operation.ts';
import { personOf } from './_run-output.ts';
import { loadSchedules, scheduleIdField, schedulesSchema } from './_schedules.ts';

/** `orchestrate schedule remove <id>` */
export const scheduleRemove = defineOperation({
  name: 'schedule remove',
  summary: 'Take out a schedule that a command added.',
  description: 'Runs that it started go on. One of ops/schedules.yaml is taken out there.',
  effect: 'write',
  needs: 'home',
  input: z.object({
    id: scheduleIdField,
    reason: z.string().min(1).max(500).nullable().default(null).describe('Why.'),
  }),
  output: schedulesSchema,
  positional: ['id'],
  examples: [{ command: 'orchestrate schedule remove nightly-maintenance', explains: 'It fires no more.' }],
  async run(app, { id, reason }) {
    await app.ask('schedule.remove', { id, reason, by: personOf(app) });
    return loadSchedules(app);
  },
});
