import type { Tree } from '../../domain/definitions/types.ts';
import { dataOf } from '../../domain/journal/kinds.ts';
import type { Entry } from '../../ports/index.ts';

/** Where the newest row of a key is found: a ledger, or what stands for one. */
export interface Rows {
  latest(key: string): Entry | undefined;
}

/**
 * Returns how many slots a tree has now: what `trees scale` or its rule said last, else what its file says. Once the file
 * gives another number than it did then, the file counts again: whoever edits it means it.
 */
export function slotsOf({ ledger }: { readonly ledger: Rows }, tree: Pick<Tree, 'id' | 'slots'>): number {
  const scaled = dataOf('tree.scaled', ledger.latest(`tree-scale:${tree.id}`));
  return scaled !== undefined && scaled.file === tree.slots ? scaled.slots : tree.slots;
}

/** A slot's name: the tree's own for the first, `@2` and up for the others. */
export const slotName = (tree: string, index: number): string => (index === 0 ? tree : `${tree}@${index + 1}`);

/** Returns the names of the slots that a tree has now, first to last. */
export const slotNamesOf = (engine: { readonly ledger: Rows }, tree: Pick<Tree, 'id' | 'slots'>): readonly string[] =>
  Array.from({ length: slotsOf(engine, tree) }, (_, index) => slotName(tree.id, index));
