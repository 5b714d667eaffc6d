import { z } from 'zod';

import { definePlanningAction } from './_context.ts';
import { noChange } from './_no-change.ts';

/** Plans a report about updates: nothing is changed. */
export const updateChoose = definePlanningAction({
  id: 'update.choose',
  summary: 'Plan a report about updates',
  effect: 'plan',
  input: z.object({}),
  plan: async () => noChange(['asks the index about every package of the lock; nothing is changed']),
});
