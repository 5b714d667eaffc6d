import { z } from 'zod';

import { defineOperation } from '../operation.ts';
import { treeSchema, treeView } from '../views/tree-view.ts';

/** `orchestrate trees list` */
export const treesList = defineOperation({
  name: 'trees list',
  summary: 'List trees, their slots and ports, and who holds them.',
  effect: 'read',
  needs: 'home',
  input: z.object({}),
  output: z.object({ trees: z.array(treeSchema).describe('By id.') }),
  examples: [{ command: 'orchestrate trees list', explains: 'Which run works where, and on which port.' }],
  async run(app) {
    const { ledger, definitions, home } = await app.installation();
    const slots = await home.listSlots();
    const trees = [...definitions.trees.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
    return { trees: trees.map((tree) => treeView(ledger, tree, slots)) };
  },
});
