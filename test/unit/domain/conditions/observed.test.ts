import { describe, expect, it } from 'vitest';

import { nextMove, type Seen } from '../../../../src/domain/conditions/observed.ts';
import { type ConditionStanding, standingOf } from '../../../../src/domain/conditions/standing.ts';
import type { Actor } from '../../../../src/domain/journal/actor.ts';
import { row } from '../../../../src/domain/journal/kinds.ts';

const observer: Actor = { kind: 'rule', name: 'observed' };
const anna: Actor = { kind: 'person', name: 'anna' };
const name = 'env-setup:environment_stable';

const setBy = (by: Actor, evidence: readonly string[] = ['#7']): ConditionStanding =>
  standingOf({ seq: 9, atMs: 1_000, ...row('condition.set', { name, by, evidence, expiresAtMs: null }) }, 2_000);
const clearedBy = (by: Actor): ConditionStanding =>
  standingOf({ seq: 9, atMs: 1_000, ...row('condition.cleared', { name, by, reason: 'no' }) }, 2_000);
const seen = (sinceMs: number, evidence: readonly string[] = ['#7']): Seen => ({
  holds: true,
  evidence,
  sinceMs,
  expiresAtMs: null,
});
const notSeen: Seen = { holds: false, why: 'c1 is being merged' };

describe('a condition that is observed', () => {
  it('follows what the observer itself said', () => {
    expect(nextMove({ kind: 'unset' }, seen(1), observer)).toBe('set');
    expect(nextMove({ kind: 'unset' }, notSeen, observer)).toBeUndefined();
    expect(nextMove(setBy(observer), seen(1), observer)).toBeUndefined();
    expect(nextMove(setBy(observer), seen(1, ['#8']), observer)).toBe('set');
    expect(nextMove(setBy(observer), notSeen, observer)).toBe('clear');
    expect(nextMove(clearedBy(observer), seen(1), observer)).toBe('set');
  });

  it('stands as a person set it, whatever is seen', () => {
    expect(nextMove(setBy(anna), notSeen, observer)).toBeUndefined();
    expect(nextMove(setBy(anna), seen(5_000, ['#8']), observer)).toBeUndefined();
  });

  it('stays cleared by a person until something happens after that', () => {
    expect(nextMove(clearedBy(anna), seen(999), observer)).toBeUndefined();
    expect(nextMove(clearedBy(anna), seen(1_001), observer)).toBe('set');
  });
});

describe('a condition with a time', () => {
  it('holds until the last instant before its end', () => {
    const entry = { seq: 1, atMs: 0, ...row('condition.set', { name, by: anna, evidence: [], expiresAtMs: 100 }) };
    expect(standingOf(entry, 99).kind).toBe('holds');
    expect(standingOf(entry, 100).kind).toBe('expired');
  });
});
