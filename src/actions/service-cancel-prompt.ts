import { z } from 'zod';

import { defineAction } from './_context.ts';

/** Longest wait for its end, in seconds: one node is given this long. */
const longestWait = 300;

/**
 * Interrupts exactly this prompt, and waits until it has ended; another one is never touched. One that has ended is left alone.
 * Fault: `SERVICE_NOT_RUNNING`.
 */
export const serviceCancelPrompt = defineAction({
  id: 'service.cancel-prompt',
  summary: 'Interrupt one prompt by its id, and see whether it ends',
  effect: 'write',
  input: z.object({
    prompt: z.string().regex(/^[\w.-]{1,100}$/, 'has to be the id of a prompt'),
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
