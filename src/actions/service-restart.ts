import { z } from 'zod';

import { defineAction } from './_context.ts';

/**
 * Stops production at once, its prompts saved, and starts it from the branch; where it is down it is started. A repeat starts nothing twice.
 * Faults: `SERVICE_RESTART_REFUSED` where its own log says that malware was found, `SERVICE_NOT_OURS`, and those of a start that fails.
 */
export const serviceRestart = defineAction({
  id: 'service.restart',
  summary: 'Start production again from the branch, its prompts kept',
  effect: 'write',
  input: z.object({}),
  output: z.object({ was: z.string().nullable(), now: z.string(), nSaved: z.number().int() }),
  run: ({ service }) => service.restart(),
  describe: ({ was, now, nSaved }) =>
    `${now} is production${was === null ? '' : ` after ${was}`}${nSaved === 0 ? '' : `; ${nSaved} ${nSaved === 1 ? 'prompt was' : 'prompts were'} saved and offered to it`}`,
});
