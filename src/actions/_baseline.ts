import { z } from 'zod';

import { Fault } from '../base/fault.ts';
import type { GitTreeId } from '../base/ids.ts';
import { parseComponents, removedComponents } from '../domain/instances/components.ts';
import type { ActionContext } from './_context.ts';

/**
 * Where the baseline comes from: `prove` runs the branch when it is not on record; `record` takes what is there, which may
 * be nothing, for a branch whose environment cannot be started any more.
 */
export const baselineInput = z.enum(['prove', 'record']).default('prove');

/**
 * Returns what is proven of the branch's own tree, or undefined where it cannot be proven any more: packages of a
 * borrowed environment moved behind our back. That is noted, so that nobody takes a lack of findings for a comparison.
 */
export async function findBaseline<Proof>(
  context: ActionContext,
  prove: (tree: GitTreeId) => Promise<Proof>,
): Promise<Proof | undefined> {
  try {
    return await prove(context.baseTree);
  } catch (error) {
    if (context.plan.playbook !== 'keep-outside' || !(error instanceof Fault) || error.code !== 'ENVIRONMENT_DRIFTED')
      throw error;
    await context.note('nothing to compare with: the environment of the branch is not as it was');
    return undefined;
  }
}

/** Returns the packs that the plan takes out of `components.lock`. */
export async function packsRemoved({ plan, store, baseTree }: ActionContext): Promise<readonly string[]> {
  const after = plan.files.find(({ path }) => path === 'components.lock')?.text ?? null;
  const before = after === null ? undefined : await store.readFile(baseTree, 'components.lock');
  if (after === null || before === undefined) return [];
  return removedComponents(parseComponents(new TextDecoder().decode(before)), parseComponents(after));
}
