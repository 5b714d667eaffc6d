import { z } from 'zod';

import { defineAction } from './_context.ts';

/** `slot.open`: the slot is at the branch already; what is told is where it lies. */
export const slotOpen = defineAction({
  id: 'slot.open',
  summary: 'Give a slot to a person',
  effect: 'read',
  input: z.object({}),
  output: z.object({ slot: z.string(), dir: z.string(), port: z.number() }),
  run: ({ slot }) => Promise.resolve({ slot: slot.name, dir: slot.dir, port: slot.port }),
  describe: ({ slot, port }) => `${slot} is open on :${port}`,
});
