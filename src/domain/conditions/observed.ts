import type { Actor } from '../journal/actor.ts';
import type { ConditionStanding } from './standing.ts';

/** What the facts on record say about a condition that is observed, not told. */
export type Seen =
  | {
      readonly holds: true;
      /** Rows and places that it rests on. */
      readonly evidence: readonly string[];
      /** When it became so: a person's `clear` after that stands until something new happens. */
      readonly sinceMs: number;
      readonly expiresAtMs: number | null;
    }
  | { readonly holds: false; readonly why: string };

/** What follows from a look; undefined: nothing, what is on record stands. */
export type ObservedMove = 'set' | 'clear' | undefined;

/**
 * Returns what follows for a condition from what was seen. What somebody else set stands until it is over, whatever is seen; what
 * `observer` set follows the facts; what a person cleared stays cleared until the facts are newer than that.
 */
export function nextMove(standing: ConditionStanding, seen: Seen, observer: Actor): ObservedMove {
  const isOurs = (by: Actor): boolean => by.kind === observer.kind && by.name === observer.name;
  switch (standing.kind) {
    case 'holds': {
      if (!isOurs(standing.condition.by)) return undefined;
      if (!seen.holds) return 'clear';
      const { evidence, expiresAtMs } = standing.condition;
      const isSame = expiresAtMs === seen.expiresAtMs && evidence.join('\n') === seen.evidence.join('\n');
      return isSame ? undefined : 'set';
    }
    case 'unset':
    case 'expired':
      return seen.holds ? 'set' : undefined;
    case 'cleared':
      return seen.holds && (isOurs(standing.by) || seen.sinceMs > standing.atMs) ? 'set' : undefined;
  }
}
