import { z } from 'zod';

import { defineAction } from './_context.ts';
import { requirePlanned, writePlanned } from './_write-planned.ts';

const output = z.object({ written: z.array(z.string()) });

/** Writes the files of the plan into the slot, byte for byte as they were shown. A repeat is safe. */
export const filesWrite = defineAction({
  id: 'files.write',
  summary: 'Write the files as planned',
  effect: 'write',
  input: z.object({}),
  output,
  run: async (context) => ({ written: await writePlanned(context) }),
  describe: ({ written }) =>
    written.length === 0 ? 'every file is as planned already' : `wrote ${written.join(', ')}`,
  verify: (context) => requirePlanned(context),
});
