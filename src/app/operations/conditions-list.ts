import { z } from 'zod';

import { defineOperation } from '../operation.ts';
import { conditionSchema } from '../views/condition-view.ts';
import { loadConditions } from './_conditions.ts';

/** `orchestrate conditions list` */
export const conditionsList = defineOperation({
  name: 'conditions list',
  summary: 'List what steps may wait for, who says that it holds, and by what evidence.',
  description:
    'A condition belongs to a tree. Its agents set it with the journal rows that it rests on, persons with their words, and two the supervisor sees by itself: env-setup:environment_stable (the newest merge is verified, nothing is merging, nothing that others changed is open) and ops-maint:maintenance_window_approved (a merge window that somebody wrote is open). What is called approved no agent may set.',
  effect: 'read',
  needs: 'home',
  input: z.object({}),
  output: z.object({ conditions: z.array(conditionSchema).describe('By name.') }),
  examples: [{ command: 'orchestrate conditions list', explains: 'What holds, and which steps wait for what.' }],
  run: async (app) => ({ conditions: await loadConditions(app) }),
});
