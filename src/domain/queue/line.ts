import { inLine, type Waiting } from './rank.ts';

/** A change as the queue sees it. `sinceMs`: since when it is proposed. */
export interface Queued extends Waiting {
  readonly state: string;
  readonly wasApproved: boolean;
}

/**
 * How near to the branch a change is. `midway`: it merges, or is merged and not yet in production; `ready`: approved, waits for
 * its turn only, or is proven again for it; `held`: approved, but waits for a person's edits, a window or the like;
 * `inReview`: proven, and somebody has to say yes.
 */
export type Stand = 'midway' | 'ready' | 'held' | 'inReview';
const stands: readonly Stand[] = ['midway', 'ready', 'held', 'inReview'];

/** Returns where a change in this state stands; undefined for one that is not proven, refused by the branch, or at its end. */
export function standOf({ state, wasApproved }: Pick<Queued, 'state' | 'wasApproved'>): Stand | undefined {
  switch (state) {
    case 'merging':
    case 'mergeHeld':
    case 'merged':
    case 'switchHeld':
      return 'midway';
    case 'approved':
    case 'queued.asking':
    case 'regating':
      return 'ready';
    case 'queued.holding':
      return 'held';
    case 'reviewing.asking':
      // Approved before and asked again, as the branch has moved: it keeps its place.
      return wasApproved ? 'ready' : 'inReview';
    case 'reviewing.deciding':
      return 'inReview';
    default:
      return undefined;
  }
}

/**
 * Orders changes as they would merge if nothing failed: what is midway, then what is ready, what is held, what is in review, each
 * by age and priority (`inLine`). What waits for a person stands behind what does not, whatever its age, so that it keeps nobody
 * waiting; its age counts again as soon as it is ready. Those that have no stand are left out. Pure.
 */
export const mergeOrder = <One extends Queued>(changes: readonly One[]): readonly (One & { readonly stand: Stand })[] =>
  stands.flatMap((stand) => inLine(changes.filter((one) => standOf(one) === stand)).map((one) => ({ ...one, stand })));
