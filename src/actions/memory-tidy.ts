import { z } from 'zod';

import { bytesText } from '../domain/plans/amounts.ts';
import { defineAction } from './_context.ts';

/**
 * Takes away the entries of the agent's own domain, and of sessions, whose time is over by their kind. Their versions stay, and
 * `orchestrate memory revert` brings one back. A repeat is safe.
 */
export const memoryTidy = defineAction({
  id: 'memory.tidy',
  summary: 'Take away entries of memory whose time is over',
  effect: 'write',
  input: z.object({}),
  output: z.object({ nEntries: z.number().int(), bytes: z.number() }),
  run: ({ memory }) => memory.tidy(),
  describe: ({ nEntries, bytes }) =>
    nEntries === 0
      ? 'the time of no entry is over'
      : `${nEntries} ${nEntries === 1 ? 'entry' : 'entries'} taken away, ${bytesText(bytes)}; their versions stay`,
});
