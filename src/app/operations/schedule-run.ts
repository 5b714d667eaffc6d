import { z } from 'zod';

import { defineOperation } from '../operation.ts';
import { runSchema } from '../views/run-view.ts';
import { detachField } from './_inputs.ts';
import { acceptedRun, personOf } from './_run-output.ts';
import { scheduleIdField } from './_schedules.ts';

/** `orchestrate schedule run <id>` */
export const scheduleRun = defineOperation({
  name: 'schedule run',
  summary: 'Fire a schedule now, to see whether it works.',
  description:
    'Its check and its times of the week are not asked. A yes that was said with `schedule add` counts only for whoever said it. Its next fire comes when it would have come.',
  effect: 'write',
  needs: 'home',
  follows: true,
  input: z.object({ id: scheduleIdField, detach: detachField }),
  output: runSchema,
  positional: ['id'],
  examples: [{ command: 'orchestrate schedule run nightly-maintenance', explains: 'The run of tonight, now.' }],
  async run(app, { id }) {
    return acceptedRun(app, await app.ask('schedule.run', { id, by: personOf(app) }));
  },
});
