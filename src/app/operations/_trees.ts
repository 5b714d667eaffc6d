import { Fault } from '../../base/fault.ts';
import { didYouMean } from '../../domain/definitions/did-you-mean.ts';
import type { Tree } from '../../domain/definitions/types.ts';
import type { App } from '../app.ts';
import { treeView, type TreeView } from '../views/tree-view.ts';

/** Returns a tree's definition. Fault `TREE_NOT_FOUND` with the nearest id. */
export async function requireTree(app: App, id: string): Promise<Tree> {
  const { definitions } = await app.installation();
  const tree = definitions.trees.get(id);
  if (tree) return tree;
  const known = [...definitions.trees.keys()];
  throw new Fault('TREE_NOT_FOUND', `There is no tree ${JSON.stringify(id)}.${didYouMean(id, known)}`, {
    hints: [`Trees: ${known.join(', ')}`, 'orchestrate trees list'],
    state: 'Nothing was changed.',
    data: { tree: id, known },
  });
}

/** Returns a tree with its slots as they are now. */
export async function loadTree(app: App, tree: Tree): Promise<TreeView> {
  const { ledger, home } = await app.installation();
  return treeView(ledger, tree, await home.listSlots());
}
