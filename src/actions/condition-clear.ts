import { z } from 'zod';

import { defineAction } from './_context.ts';

/**
 * Says that a condition of the agent's tree holds no longer; one that does not hold is left alone. A repeat says nothing twice.
 * Faults: `CONDITION_NOT_YOURS`, `CONDITION_INVALID`, `TREE_NOT_FOUND`.
 */
export const conditionClear = defineAction({
  id: 'condition.clear',
  summary: 'Say that a condition holds no longer, and why',
  effect: 'write',
  input: z.object({ name: z.string(), reason: z.string() }),
  output: z.object({ name: z.string(), held: z.boolean() }),
  run: async ({ conditions }, { name, reason }) => ({ name, held: await conditions.clear(name, reason) }),
  describe: ({ name, held }) => (held ? `${name} holds no longer` : `${name} did not hold any more`),
});
