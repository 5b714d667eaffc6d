import { describe, expect, it } from 'vitest';

import { dueAt, isPast, type Moment } from '../../../../src/domain/bus/lifetime.ts';
import { nextMove, type Seen } from '../../../../src/domain/conditions/observed.ts';
import { type ConditionStanding, standingOf } from '../../../../src/domain/conditions/standing.ts';
import type { Actor } from '../../../../src/domain/journal/actor.ts';
import { row } from '../../../../src/domain/journal/kinds.ts';

const observer: Actor = { kind: 'rule', name: 'observed' };
const anna: Actor = { kind: 'person', name: 'anna' };
const name = 'env-setup:environment_stable';
const at = (wallMs: number, monotonicMs = wallMs, boot = 'first'): Moment => ({ boot, monotonicMs, wallMs });

const setBy = (by: Actor, evidence: readonly string[] = ['#7']): ConditionStanding =>
  standingOf({ seq: 9, atMs: 1_000, ...row('condition.set', { name, by, evidence, expiresAtMs: null }) }, at(2_000));
const clearedBy = (by: Actor): ConditionStanding =>
  standingOf({ seq: 9, atMs: 1_000, ...row('condition.cleared', { name, by, reason: 'no' }) }, at(2_000));
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
  const dayMs = 86_400_000;
  const set = (now: Moment, expiresAtMs: number) => ({
    ...{ seq: 1, atMs: now.wallMs },
    ...row('condition.set', { name, by: anna, evidence: [], expiresAtMs, due: dueAt(expiresAtMs, now) }),
  });

  it('holds until the last instant before its end', () => {
    const entry = { seq: 1, atMs: 0, ...row('condition.set', { name, by: anna, evidence: [], expiresAtMs: 100 }) };
    expect(standingOf(entry, at(99)).kind).toBe('holds');
    expect(standingOf(entry, at(100)).kind).toBe('expired');
  });

  it('is over in its time though the wall clock is set a day back, where the wall clock alone has it hold for a day more (F23)', () => {
    const entry = set(at(5 * dayMs, 1_000), 5 * dayMs + 100);
    const later = at(4 * dayMs + 100, 1_100);
    expect(standingOf(entry, later).kind).toBe('expired');
    // The control: a row that knows the wall clock's time alone.
    const { due: _, ...data } = entry.data;
    expect(standingOf({ ...entry, data }, later).kind).toBe('holds');
  });

  it('is over when the wall clock says so, be it set on: a yes ends too early rather than too late', () => {
    const entry = set(at(5 * dayMs, 1_000), 5 * dayMs + 100);
    expect(standingOf(entry, at(6 * dayMs, 1_001)).kind).toBe('expired');
    expect(standingOf(entry, at(5 * dayMs + 99, 3, 'second')).kind).toBe('holds');
    expect(standingOf(entry, at(5 * dayMs + 100, 3, 'second')).kind).toBe('expired');
  });
});

describe('a wait', () => {
  it('is past by the clock that never jumps, and after a start of the machine by the wall clock (F23)', () => {
    const due = dueAt(1_100, at(1_000));
    expect(isPast(due, at(90_000_000, 1_099))).toBe(false);
    expect(isPast(due, at(-90_000_000, 1_100))).toBe(true);
    expect(isPast(due, at(1_099, 5, 'second'))).toBe(false);
    expect(isPast(due, at(1_100, 5, 'second'))).toBe(true);
  });
});
