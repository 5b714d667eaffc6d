import { z } from 'zod';

import { Fault } from '../../base/fault.ts';
import { defineOperation } from '../operation.ts';
import { conflictsSchema, conflictsView } from '../views/conflicts-view.ts';
import type { JournalReader } from '../views/journal-reader.ts';

const workIdField = z.string().regex(/^[a-z][A-Za-z0-9@._-]{0,63}$/, 'has to be the id of a change, a run or a slot');

/** `orchestrate conflicts` */
export const conflicts = defineOperation({
  name: 'conflicts',
  summary: "Show which open changes and runs stand in each other's way.",
  description:
    'Every open change and every run at work is compared with every other: T where both edit the same lines, S where both make something else of the same package, component, model path, port, flag, setting or workflow. Files that are made from others (requirements.lock, components.lock) are made anew at the merge and are no conflict by themselves.',
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
    for (const id of works) requireWork(ledger, id);
    const view = conflictsView(ledger);
    const pairs = view.pairs.filter(({ first, second }) => works.every((id) => id === first || id === second));
    return { ...view, pairs };
  },
});

function requireWork(reader: JournalReader, id: string): void {
  const state = 'Nothing was changed.';
  if (/^c\d+$/.test(id) && reader.latest(`change:${id}`) === undefined)
    throw new Fault('CHANGE_NOT_FOUND', `There is no change ${id}.`, { state });
  if (/^r\d+$/.test(id) && reader.latest(`run:${id}`) === undefined)
    throw new Fault('RUN_NOT_FOUND', `There is no run ${id}.`, { state });
}
