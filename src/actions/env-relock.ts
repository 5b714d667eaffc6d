import { z } from 'zod';

import { Fault } from '../base/fault.ts';
import { printLock } from '../domain/environments/lock.ts';
import { definePlanningAction } from './_context.ts';
import { readEnvironment } from './_environment-before.ts';
import { environmentDraft, impossible } from './_environment-plan.ts';
import { resolveAll } from './_resolve-all.ts';

/**
 * Makes the lock again from what requirements.in, ComfyUI and the node packs ask for now, for who changed one of them by hand.
 * What need not move stays. Writes nothing. Faults: `NOTHING_TO_DO`, `PACKAGE_NOT_FOUND`, `PACKAGE_CONFLICT`, those of the index.
 */
export const envRelock = definePlanningAction({
  id: 'env.relock',
  summary: 'Make the lock again from what is asked for now',
  effect: 'plan',
  input: z.object({}),
  async plan(context) {
    const before = await readEnvironment(context);
    const python = await context.interpreter();
    const found = await resolveAll(context, { before, python });
    if (found.kind === 'impossible') throw impossible(found);
    const draft = environmentDraft({ before, found, python, first: [] });
    if (draft.lockText === printLock(before.lock)) {
      throw new Fault('NOTHING_TO_DO', 'The lock meets everything that is asked for.', {
        hints: ['orchestrate run "rebuild environment"   (the same lock, built anew)'],
        state: 'Nothing was changed.',
      });
    }
    return draft;
  },
});
