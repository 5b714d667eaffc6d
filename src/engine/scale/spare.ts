import { asCommitId } from '../../base/ids.ts';
import { skipInSlot, snapshotLimits } from '../../domain/changes/snapshot-rules.ts';
import type { EngineContext } from '../context.ts';

/** A slot as it lies on disk. */
export interface FoundSlot {
  readonly name: string;
  readonly state: 'linked' | 'half' | 'missing';
  readonly head: string | null;
}

/**
 * Returns why a slot must stay, as the end of a sentence, or undefined when nothing of it is needed: no run holds it, its
 * files are those of its commit, and that commit is on the branch. Reads only.
 */
export async function whyKept(
  context: EngineContext,
  slot: FoundSlot,
  options: { readonly holder: string | undefined; readonly branch: string },
): Promise<string | undefined> {
  if (options.holder !== undefined) return `${options.holder} works in it`;
  if (slot.head === null) return 'it is at no commit that could be compared with';
  const { store, paths } = context;
  const head = asCommitId(slot.head);
  const tree = await store.treeOf(head).catch(() => undefined);
  const isKnown = tree !== undefined && (await store.isAncestor(head, asCommitId(options.branch)).catch(() => false));
  if (!isKnown) return `its commit ${slot.head.slice(0, 7)} is not on the branch`;
  const taken = await store.snapshot({
    dir: `${paths.trees}/${slot.name}`,
    limits: snapshotLimits,
    skip: skipInSlot,
    cacheKey: `slot:${slot.name}`,
  });
  if (taken.kind === 'refused') return `it holds something that cannot be stored: ${taken.refused[0]?.path ?? '?'}`;
  if (taken.tree === tree) return undefined;
  const [first, ...others] = await store.differences(tree, taken.tree);
  return `it has edits: ${first?.path ?? '?'}${others.length === 0 ? '' : ` and ${others.length} more`}`;
}
