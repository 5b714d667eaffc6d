import { z } from 'zod';

import { defineAction } from './_context.ts';
import { spanOf } from './_duration.ts';

/**
 * Says that a condition of the agent's tree holds, on the reports of the steps that this one needs. A repeat says nothing twice.
 * Faults: `CONDITION_NOT_YOURS`, `CONDITION_WITHOUT_EVIDENCE`, `CONDITION_INVALID`, `TREE_NOT_FOUND`.
 */
export const conditionSet = defineAction({
  id: 'condition.set',
  summary: 'Say that a condition holds, with the rows that it rests on',
  effect: 'write',
  input: z.object({ name: z.string(), for: z.string().default('') }),
  output: z.object({ name: z.string(), row: z.number().int() }),
  run: async ({ conditions }, { name, for: span }) => ({
    name,
    row: await conditions.set(name, { forMs: spanOf('for', span) }),
  }),
  describe: ({ name, row }) => `${name} holds (#${row})`,
});
