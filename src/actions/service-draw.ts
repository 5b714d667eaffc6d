import { z } from 'zod';

import { defineAction } from './_context.ts';

/**
 * Runs the first of the person's workflows on production, and looks whether it ends with a picture that is not flat. The picture stays in
 * the output folder. Where there is no workflow nothing is run. A repeat in the same attempt runs nothing twice. Fault: `SERVICE_NOT_RUNNING`.
 */
export const serviceDraw = defineAction({
  id: 'service.draw',
  summary: 'See whether production draws a picture',
  effect: 'write',
  input: z.object({}),
  output: z.object({
    workflow: z.string().nullable(),
    durationMs: z.number(),
    nPictures: z.number().int(),
    /** Why it did not draw; null: it did, or there was nothing to run. */
    failure: z.string().nullable(),
  }),
  run: ({ service }) => service.draw(),
  describe: ({ workflow, durationMs, nPictures, failure }) =>
    workflow === null
      ? 'there is no workflow that would show whether it draws: orchestrate smoke add'
      : failure === null
        ? `${workflow} gave ${nPictures} ${nPictures === 1 ? 'picture' : 'pictures'} in ${(durationMs / 1_000).toFixed(1)} s`
        : `${workflow} did not draw: ${failure}`,
});
