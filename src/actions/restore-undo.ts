import { z } from 'zod';

import { defineAction } from './_context.ts';

/**
 * Takes the newest merge back by a run of its own, as `orchestrate undo` does, in the name of the person who said yes; waits for its end,
 * or until it waits for somebody. Where the newest merge is another one by then that run fails with `CHANGE_MOVED`, and nothing is
 * changed. A repeat starts none twice. Faults: `REVIEW_SELF` where no person said yes.
 */
export const restoreUndo = defineAction({
  id: 'restore.undo',
  summary: 'Take the newest merge back, environment included',
  effect: 'write',
  input: z.object({
    /** Restore point of the merge that was said yes to. */
    point: z.string().min(1),
  }),
  output: z.object({ run: z.string(), state: z.string() }),
  run: ({ service }, { point }) => service.undo({ point }),
  describe: ({ run, state }) =>
    state === 'done' ? `${run} took the newest merge back` : `${run} is to take the newest merge back, and is ${state}`,
});
