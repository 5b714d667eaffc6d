import { z } from 'zod';

import { definePlanningAction } from './_context.ts';
import { noChange } from './_no-change.ts';

/** Plans the answer to an emergency: the branch stays as it is; what may happen to production is named. */
export const emergencyChoose = definePlanningAction({
  id: 'emergency.choose',
  summary: 'Plan the answer to an emergency',
  effect: 'plan',
  input: z.object({ restart: z.enum(['ask', 'yes']).default('ask'), undo: z.enum(['ask', 'yes']).default('ask') }),
  plan: async ({ config }, { restart, undo }) =>
    noChange([
      'evidence is kept before anything is repaired; the branch stays as it is',
      restart === 'yes'
        ? 'production is started again without asking, where that helps'
        : config.service.restart === undefined
          ? 'you are asked before production is started again'
          : 'production is started again without asking where service.restart and the failure allow it, else you are asked',
      ...(undo === 'yes' ? ['the newest merge is taken back without asking, where trouble began after it'] : []),
    ]),
});
