import { z } from 'zod';

import { defineOperation } from '../operation.ts';
import { loadSchedules, schedulesSchema } from './_schedules.ts';

/** `orchestrate schedule list` */
export const scheduleList = defineOperation({
  name: 'schedule list',
  summary: 'List what runs by itself, when next, and whether anybody is there to start it.',
  description:
    'Schedules come from `schedule add` and from ops/schedules.yaml of the branch. They fire while a supervisor is there: `orchestrate serve` keeps one.',
  effect: 'read',
  everyday: true,
  needs: 'home',
  input: z.object({}),
  output: schedulesSchema,
  examples: [{ command: 'orchestrate schedule list', explains: 'What fires when, and how it went last.' }],
  run: (app) => loadSchedules(app),
});
