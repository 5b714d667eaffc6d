import { z } from 'zod';

import { bytesText } from '../domain/plans/amounts.ts';
import { defineAction } from './_context.ts';

/**
 * Asks the server to take its models out of memory: it does when it is idle, and loads them again for the next prompt. Nothing is lost.
 * One that does not answer frees nothing. A repeat is safe.
 */
export const serviceFree = defineAction({
  id: 'service.free',
  summary: 'Ask the service to take its models out of memory',
  effect: 'write',
  input: z.object({}),
  output: z.object({
    device: z.string().nullable(),
    freeBefore: z.number(),
    freeAfter: z.number(),
    totalBytes: z.number(),
  }),
  run: ({ service }) => service.free(),
  describe: ({ device, freeBefore, freeAfter, totalBytes }) =>
    totalBytes === 0
      ? 'nothing is known to be freed: the service did not say'
      : `${device ?? 'the service'} was asked: ${bytesText(freeBefore)} were free, ${bytesText(freeAfter)} are now`,
});
