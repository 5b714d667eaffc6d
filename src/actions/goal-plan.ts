import { z } from 'zod';

import { definePlanningAction } from './_context.ts';

/** Plans work whose steps say everything: nothing is chosen beforehand, and what will be downloaded nobody knows. */
export const goalPlan = definePlanningAction({
  id: 'goal.plan',
  summary: 'Take the steps as they are written: nothing has to be chosen before',
  effect: 'plan',
  input: z.object({}),
  plan: async () => ({
    ...{ moves: [], rejected: [], lockText: null, requirementsText: null, warnings: [] },
    ...{ downloadBytes: null, diskBytes: null },
    notes: ['what changes is known when the steps are done: you are asked again before it merges'],
  }),
});
