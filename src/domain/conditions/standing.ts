import type { JsonObject } from '../../base/json.ts';
import { dueByWall, isPastByEither, type Moment } from '../bus/lifetime.ts';
import type { Actor } from '../journal/actor.ts';
import { dataOf } from '../journal/kinds.ts';
import type { Condition, ConditionName } from './condition.ts';

/** Where a condition stands: what the newest row about it says at a time. */
export type ConditionStanding =
  | { readonly kind: 'unset' }
  | { readonly kind: 'holds' | 'expired'; readonly condition: Condition }
  | {
      readonly kind: 'cleared';
      readonly by: Actor;
      readonly reason: string;
      readonly atMs: number;
      /** Row in which it was cleared. */
      readonly row: number;
    };

interface NewestRow {
  readonly seq: number;
  readonly atMs: number;
  readonly kind: string;
  readonly data: JsonObject;
}

/**
 * Returns where a condition stands. `newest`: the newest row of `condition:<name>`. It is over as soon as either clock says so: when the
 * wall clock is set, a yes ends too early rather than too late.
 */
export function standingOf(newest: NewestRow | undefined, now: Moment): ConditionStanding {
  const set = dataOf('condition.set', newest);
  if (newest !== undefined && set !== undefined) {
    const { name, by, evidence, expiresAtMs, due } = set;
    const isOver = expiresAtMs !== null && isPastByEither(due ?? dueByWall(expiresAtMs), now);
    const condition = {
      name: name as ConditionName,
      by,
      atMs: newest.atMs,
      evidence,
      expiresAtMs,
      row: newest.seq,
    };
    return { kind: isOver ? 'expired' : 'holds', condition };
  }
  const cleared = dataOf('condition.cleared', newest);
  if (newest === undefined || cleared === undefined) return { kind: 'unset' };
  return { kind: 'cleared', by: cleared.by, reason: cleared.reason, atMs: newest.atMs, row: newest.seq };
}
