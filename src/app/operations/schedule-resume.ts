import { z } from 'zod';

import { defineOperation } from '../operation.ts';
import { personOf } from './_run-output.ts';
import { loadSchedule, scheduleIdField, scheduleShownSchema } from './_schedules.ts';

/** `orchestrate schedule resume <id>` */
export const scheduleResume = defineOperation({
  name: 'schedule resume',
  summary: 'Have a paused schedule fire again.',
  description: 'What came in between is not caught up with, and failures are counted anew.',
  effect: 'write',
  needs: 'home',
  input: z.object({ id: scheduleIdField }),
  output: scheduleShownSchema,
  positional: ['id'],
  examples: [{ command: 'orchestrate schedule resume nightly-maintenance', explains: 'It fires at its next time.' }],
  async run(app, { id }) {
    await app.ask('schedule.resume', { id, by: personOf(app) });
    return loadSchedule(app, id);
  },
});
