import { z } from 'zod';

import { defineOperation } from '../operation.ts';
import { personOf } from './_run-output.ts';
import { loadSchedule, scheduleIdField, scheduleShownSchema } from './_schedules.ts';

/** `orchestrate schedule pause <id>` */
export const schedulePause = defineOperation({
  name: 'schedule pause',
  summary: 'Have a schedule fire no more, until it is resumed.',
  effect: 'write',
  needs: 'home',
  input: z.object({
    id: scheduleIdField,
    reason: z.string().min(1).max(500).default('a person paused it').describe('Why.'),
  }),
  output: scheduleShownSchema,
  positional: ['id'],
  examples: [
    {
      command: 'orchestrate schedule pause nightly-maintenance --reason "the disk is being replaced"',
      explains: 'Fires are left out from now on.',
    },
  ],
  async run(app, { id, reason }) {
    await app.ask('schedule.pause', { id, reason, by: personOf(app) });
    return loadSchedule(app, id);
  },
});
