import type { OutsideDifference } from '../../outside/difference.ts';
import type { Actor } from '../actor.ts';

/** What moved behind our back. */
export interface OutsideRows {
  /** [`outside:baseline`] What outside changes are counted from; the whole of it is `outside/<digest>.json` in the state folder. */
  'outside.baseline': {
    readonly digest: string;
    readonly why: string;
    readonly atMs: number;
    readonly nComponents: number;
  };
  /** [`outside:found`] What is known to have moved behind our back and is neither kept nor discarded. Written when that changes. */
  'outside.found': {
    readonly occasion: string;
    /** When the baseline was taken: what has no time of its own happened after. */
    readonly sinceMs: number;
    /** Highest number of an id that was ever given. */
    readonly last: number;
    readonly differences: readonly OutsideDifference[];
  };
  /** [`outside:discarded`] `marks`: states that are not told again, all that are in force. `told`: what became of each. */
  'outside.discarded': {
    readonly by: Actor;
    readonly marks: readonly string[];
    readonly told: readonly { readonly id: string; readonly sentence: string; readonly trash: string | null }[];
  };
}
