import { z } from 'zod';

import { defineAction } from './_context.ts';

/** Longest wait for its end, in seconds: one node is given this long. */
const longestWait = 300;

/**
 * Interrupts exactly this prompt, and waits until it has ended; another one is never touched. One that has ended is left alone; of a
 * server that does not answer nobody says that it has.
 */
export const serviceCancelPrompt = defineAction({
  id: 'service.cancel-prompt',
  summary: 'Interrupt one prompt by its id, and see whether it ends',
  effect: 'write',
  input: z.object({
    /** As whoever sent it chose it. */
    prompt: z.string().regex(/^\P{C}{1,200}$/u, 'has to be the id of a prompt'),
    /** Seconds. */
    wait: z.coerce.number().int().min(1).max(longestWait).default(30),
  }),
  output: z.object({ prompt: z.string(), ended: z.boolean() }),
  async run({ service }, { prompt, wait }) {
    const { ended } = await service.cancel({ prompt, waitMs: wait * 1_000 });
    return { prompt, ended };
  },
  describe: ({ prompt, ended }) =>
    ended ? `prompt ${prompt} has ended` : `prompt ${prompt} was interrupted and has not ended`,
});
