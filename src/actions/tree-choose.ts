import { z } from 'zod';

import { Fault } from '../base/fault.ts';
import { printTree } from '../domain/definitions/print-tree.ts';
import { requireNewTree } from '../domain/scale/new-tree.ts';
import { findOverlaps } from '../domain/scale/scope-overlap.ts';
import { findUnmatched, unmatchedText } from '../domain/scale/unmatched-scope.ts';
import { definePlanningAction } from './_context.ts';
import { fileDraft } from './_file-draft.ts';

/** Plans the file of a new tree. Faults: `TREE_EXISTS` and those of a definition file. */
export const treeChoose = definePlanningAction({
  id: 'tree.choose',
  summary: 'Choose the file of a new tree',
  effect: 'plan',
  input: z.object({ name: z.string(), definition: z.string() }),
  async plan({ store, baseTree, definitions, questions }, { name, definition }) {
    if (definition === '')
      throw new Fault('USAGE_BAD_ARGUMENT', `What the tree ${name} may change has to be said.`, {
        hints: [`orchestrate trees add ${name} --scope '<folder>/**'`],
        state: 'Nothing was changed.',
      });
    const tree = requireNewTree(definitions, definition, { actions: new Map(), questions });
    const paths = (await store.list(baseTree)).map(({ path }) => path);
    const overlaps = findOverlaps([...definitions.trees.values(), tree]).filter(({ trees }) => trees.includes(tree.id));
    return fileDraft({
      file: { path: `trees/${tree.id}.yaml`, text: printTree(tree) },
      note: `a new tree ${tree.id}: home port ${tree.homePort}, ${tree.slots} slots, may change ${tree.scope.join(', ')}`,
      warnings: [
        ...findUnmatched(tree.scope, paths).map(unmatchedText),
        ...overlaps.map(({ sentence }) => sentence),
        ...(tree.reviewers.length === 0 ? [`no tree reviews what ${tree.id} changes: only a person does`] : []),
      ],
    });
  },
});
