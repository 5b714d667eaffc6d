import { z } from 'zod';

import { defineOperation } from '../operation.ts';
import { conflictsAmong, conflictsSchema } from '../views/conflicts-view.ts';

const workIdField = z.string().regex(/^[a-z][A-Za-z0-9@._-]{0,63}$/, 'has to be the id of a change, a run or a slot');

/** `orchestrate conflicts` */
export const conflicts = defineOperation({
  name: 'conflicts',
  summary: "Show which open changes and runs stand in each other's way.",
  description:
    'Every open change and every run at work is compared with every other: T where both edit the same lines, S where both make something else of the same package, component, model path, port, flag, setting or workflow. Files that are made from others (requirements.lock, components.lock) are made anew at the merge and are no conflict by themselves. Of very many works those that come first in line are compared, and the rest is counted.',
  effect: 'read',
  needs: 'home',
  input: z.object({
    works: z
      .array(workIdField)
      .max(2)
      .default([])
      .describe('One id: only what it meets. Two: only these two, e.g. `c4 r12`.'),
  }),
  output: conflictsSchema,
  positional: ['works'],
  examples: [
    { command: 'orchestrate conflicts', explains: 'Who meets whom, and what to do about it.' },
    { command: 'orchestrate conflicts c4 r12', explains: 'What these two make of the same thing.' },
  ],
  async run(app, { works }) {
    const { ledger } = await app.installation();
    return conflictsAmong(ledger, works);
  },
});
