import { z } from 'zod';

import { mostSlots } from '../../domain/definitions/tree.ts';
import { defineOperation } from '../operation.ts';
import { newest } from '../views/journal-reader.ts';
import { treeSchema } from '../views/tree-view.ts';
import { personOf } from './_run-output.ts';
import { loadTree, requireTree } from './_trees.ts';

/** `orchestrate trees scale <tree> <slots>` */
export const treesScale = defineOperation({
  name: 'trees scale',
  summary: 'Set how many slots a tree has, from now on.',
  description:
    'More: the runs that wait get one at once; refused where less than 1 GiB of memory or 2 GiB of disk are left. Fewer: those beyond are given to nobody any more, and the idle clean ones go to trash; a slot that a run holds, or that has edits, stays. The number counts until you scale again, or edit `slots` in the tree’s file. A tree with `scale:` in its file follows its line by itself.',
  effect: 'write',
  needs: 'home',
  input: z.object({
    tree: z.string().min(1).describe('Its id.'),
    slots: z.coerce.number().int().min(1).max(mostSlots).describe(`How many, 1 to ${mostSlots}.`),
    reason: z
      .string()
      .min(1)
      .max(200, 'has to be at most 200 characters')
      .nullable()
      .default(null)
      .describe('Kept with it.'),
  }),
  output: z.object({
    tree: treeSchema,
    before: z.number().describe('How many it had.'),
    row: z.number().describe('Journal row that says so.'),
  }),
  positional: ['tree', 'slots'],
  examples: [
    {
      command: 'orchestrate trees scale env-setup 4 --reason "three upgrades tonight"',
      explains: 'Four runs may work there at once.',
    },
    { command: 'orchestrate trees scale env-setup 1', explains: 'One; idle clean slots go to trash.' },
  ],
  async run(app, { tree: id, slots, reason }) {
    const tree = await requireTree(app, id);
    await app.ask('tree.scale', { tree: tree.id, slots, reason, by: personOf(app) });
    const { ledger } = await app.installation();
    const row = newest(ledger, 'tree.scaled', `tree-scale:${tree.id}`);
    if (row === undefined) throw new Error('what was scaled is not on record');
    return { tree: await loadTree(app, tree), before: row.data.before, row: row.seq };
  },
});
