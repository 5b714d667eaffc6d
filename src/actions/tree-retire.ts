import { z } from 'zod';

import { Fault } from '../base/fault.ts';
import { didYouMean } from '../domain/definitions/did-you-mean.ts';
import { requireUnnamed } from '../domain/scale/new-tree.ts';
import { definePlanningAction } from './_context.ts';
import { fileDraft } from './_file-draft.ts';

/** Plans that the file of a tree goes. Faults: `TREE_NOT_FOUND`, `TREE_IN_USE`. */
export const treeRetire = definePlanningAction({
  id: 'tree.retire',
  summary: 'Choose the file of a tree that goes',
  effect: 'plan',
  input: z.object({ id: z.string().min(1) }),
  async plan({ store, baseTree, definitions, treeInUse }, { id }) {
    const tree = definitions.trees.get(id);
    const path = `trees/${id}.yaml`;
    const there = await store.readFile(baseTree, path);
    if (tree === undefined || there === undefined) {
      const isBuiltIn = tree !== undefined;
      throw new Fault(
        'TREE_NOT_FOUND',
        isBuiltIn
          ? `${id} comes with orchestrate: there is no ${path} in the branch that could go.`
          : `There is no tree ${JSON.stringify(id)}.${didYouMean(id, definitions.trees.keys())}`,
        { hints: ['orchestrate trees list'], state: 'Nothing was changed.' },
      );
    }
    requireUnnamed(definitions, id);
    const why = await treeInUse(id);
    if (why !== undefined)
      throw new Fault('TREE_IN_USE', `The tree ${id} cannot go now: ${why}.`, {
        hints: ['orchestrate trees list', 'orchestrate trees sync --dry-run'],
        state: 'Nothing was changed.',
      });
    return fileDraft({
      file: { path, text: null },
      note: `the tree ${id} goes; its slots follow with: orchestrate trees sync`,
      warnings: [],
    });
  },
});
