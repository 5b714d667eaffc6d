import { z } from 'zod';

import { Fault } from '../base/fault.ts';
import { definePlanningAction } from './_context.ts';
import { handoverPath, isHandoverName } from './_handover-page.ts';

/**
 * Plans a hand-over page: which file it is. Its text is made of what the run finds out, so it is reviewed, not foreseen.
 * Faults: `NAME_INVALID`, `NOTHING_TO_DO`.
 */
export const handoverPlan = definePlanningAction({
  id: 'handover.plan',
  summary: 'Plan a hand-over page of what the agents tell each other',
  effect: 'plan',
  input: z.object({ name: z.string() }),
  async plan({ store, baseTree }, { name }) {
    const state = 'Nothing was changed.';
    if (!isHandoverName(name))
      throw new Fault('NAME_INVALID', `A hand-over cannot be called ${JSON.stringify(name.slice(0, 100))}.`, {
        hints: ['Small letters, digits and -, 80 at most: orchestrate run "prepare maintenance driver-update"'],
        state,
      });
    const path = handoverPath(name);
    if ((await store.readFile(baseTree, path)) !== undefined)
      throw new Fault('NOTHING_TO_DO', `There is a hand-over called ${name} already: ${path}`, {
        hints: [`orchestrate run "prepare maintenance ${name}-2"`],
        state,
      });
    return {
      ...{ moves: [], rejected: [], lockText: null, requirementsText: null, files: [] },
      notes: [`writes ${path} from what the agents answer, remember and see on the way`],
      ...{ downloadBytes: 0, diskBytes: 0, warnings: [] },
    };
  },
});
