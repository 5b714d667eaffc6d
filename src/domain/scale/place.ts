import type { TreeLine } from '../journal/rows/scale.ts';

/** Where a run works, and what that was decided by. */
export interface Placement {
  readonly tree: string;
  readonly among: readonly TreeLine[];
  readonly reason: string;
}

/** Returns the tree with the shortest line per slot; of two that are the same, the one that is named first. */
export function placeInShortest(among: readonly TreeLine[]): Placement | undefined {
  const [first, ...others] = among;
  if (first === undefined) return undefined;
  let best = first;
  // Compared without division: 1 of 2 and 2 of 4 are the same line.
  for (const one of others) if (one.nRuns * best.nSlots < best.nRuns * one.nSlots) best = one;
  const lines = among.map(({ tree, nRuns, nSlots }) => `${tree} ${nRuns} on ${nSlots}`).join(', ');
  return { tree: best.tree, among, reason: `its line is the shortest per slot (runs on slots: ${lines})` };
}
