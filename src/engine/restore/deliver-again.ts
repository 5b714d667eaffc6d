import type { EngineContext } from '../context.ts';
import { listRestorePoints } from './points.ts';

/** A collection of the person's that began before a merge is over after as many merges as this. */
const newest = 4;

/**
 * Writes the objects of the newest restore points into home once more. A `git gc --prune=now` that began before a merge
 * decides then what it throws away, and may do so after the refs moved: what it took is brought back from the store.
 */
export async function deliverAgain({ store, home, ledger }: EngineContext): Promise<void> {
  const points = (await listRestorePoints({ store, ledger })).filter(({ isVoid }) => !isVoid).slice(-newest);
  for (const { commit, object } of points) {
    const [before] = (await store.commitFacts(commit)).parents;
    if (before !== undefined) await home.deliverObjects({ commit, tag: object, known: before });
  }
}
