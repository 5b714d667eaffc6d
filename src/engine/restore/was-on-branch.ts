import type { GitTreeId } from '../../base/ids.ts';
import { parseComponents } from '../../domain/instances/components.ts';
import type { EngineContext } from '../context.ts';
import { listRestorePoints } from './points.ts';

/** Restore points that are looked at, newest first: files of an older one count as new again, which only asks once more. */
const maxPoints = 500;

/**
 * Whether a component's files have been on the branch: components.lock of a restore point names them, the one of `init`
 * included. Files of a plan that was approved and whose change then was rejected have not. Read-only.
 */
export async function wasOnBranch(
  context: Pick<EngineContext, 'store' | 'ledger'>,
  component: GitTreeId,
): Promise<boolean> {
  const points = (await listRestorePoints(context)).filter(({ isVoid }) => !isVoid);
  for (const { commit } of points.slice(-maxPoints).reverse()) {
    const tree = await context.store.treeOf(commit);
    const bytes = await context.store.readFile(tree, 'components.lock');
    if (bytes === undefined) continue;
    const text = new TextDecoder().decode(bytes);
    // Only a look at the text first: nearly every point names other files.
    if (text.includes(component) && parseComponents(text).some((one) => one.tree === component)) return true;
  }
  return false;
}
