import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { narrowed, widened } from '../../../../src/domain/routing/admission.ts';
import {
  type Breaker,
  breakerAnswered,
  breakerFailed,
  breakerSent,
  closedBy,
  freshBreaker,
} from '../../../../src/domain/routing/breaker.ts';
import { type ModelFailure, modelFailures } from '../../../../src/domain/routing/model-failure.ts';
import {
  earned,
  type Failed,
  fullShare,
  mayRepeat,
  nextTry,
  repeated,
} from '../../../../src/domain/routing/next-try.ts';

const failed = (reason: ModelFailure, more: Partial<Failed> = {}): Failed => ({
  ...{ reason, retryAfterMs: null, nTries: 1, overloadWaitsMs: null, chance: 0.5, mayRepeat: true },
  ...more,
});

describe('nextTry', () => {
  it('waits a random part of half a second, doubled each time, a minute at most', () => {
    const waits = [1, 2, 3, 4].map((nTries) => nextTry(failed('network', { nTries, chance: 0.999_999 })));
    expect(waits).toMatchObject([{ afterMs: 500 }, { afterMs: 1_000 }, { afterMs: 2_000 }, { afterMs: 4_000 }]);
    expect(nextTry(failed('network', { nTries: 5 }))).toEqual({ kind: 'elsewhere' });
    expect(nextTry(failed('network', { chance: 0 }))).toEqual({ kind: 'again', afterMs: 0 });
  });

  it('sends nothing again that was asked wrongly or without right, and nothing without a share', () => {
    for (const reason of ['auth', 'content', 'invalid', 'unknown-model', 'quota'] as const)
      expect(nextTry(failed(reason))).toEqual({ kind: 'elsewhere' });
    expect(nextTry(failed('context'))).toEqual({ kind: 'larger' });
    expect(nextTry(failed('timeout', { mayRepeat: false }))).toEqual({ kind: 'elsewhere' });
  });

  it('never waits longer than a minute, or what is known of the provider', () => {
    const any = fc.record({
      reason: fc.constantFrom(...modelFailures),
      retryAfterMs: fc.option(fc.integer({ min: 0, max: 10_000_000 })),
      nTries: fc.integer({ min: 1, max: 10 }),
      overloadWaitsMs: fc.constantFrom(null, [30_000, 60_000, 90_000, 120_000]),
      chance: fc.double({ min: 0, max: 0.999, noNaN: true }),
      mayRepeat: fc.boolean(),
    });
    fc.assert(
      fc.property(any, (one) => {
        const next = nextTry(one);
        if (next.kind !== 'again') return;
        expect(next.afterMs).toBeGreaterThanOrEqual(one.retryAfterMs ?? 0);
        expect(next.afterMs).toBeLessThanOrEqual(one.overloadWaitsMs === null ? 60_000 : 120_000);
      }),
    );
  });

  it('lets a provider be asked again for ten calls, then for every tenth answer', () => {
    let share = fullShare;
    for (let n = 0; n < 10; n += 1) share = repeated(share);
    expect(mayRepeat(share)).toBe(false);
    for (let n = 0; n < 11; n += 1) share = earned(share);
    expect(mayRepeat(share)).toBe(true);
  });
});

describe('a breaker', () => {
  const fail = (from: Breaker, nowMs: number, reason: ModelFailure = 'overload'): Breaker =>
    breakerFailed(from, { reason, nowMs, retryAfterMs: null });
  const open = [0, 1, 2, 3, 4].reduce((one, nowMs) => fail(one, nowMs), freshBreaker);

  it('opens when half of the newest calls failed, five at least, and rests twice as long each time', () => {
    expect(closedBy(open, 10)).toMatchObject({ untilMs: 30_004 });
    expect(closedBy(open, 30_004)).toBeNull();
    const tried = breakerSent(open);
    expect(closedBy(tried, 30_005)?.why).toMatch(/one call tries it now/);
    expect(closedBy(fail(tried, 40_000), 40_001)).toMatchObject({ untilMs: 100_000 });
    expect(closedBy(breakerAnswered(tried), 40_001)).toBeNull();
  });

  it('does not open for what was asked wrongly, nor for few failures among many answers', () => {
    const wrong = [0, 1, 2, 3, 4, 5].reduce((one, nowMs) => fail(one, nowMs, 'invalid'), freshBreaker);
    expect(closedBy(wrong, 10)).toBeNull();
    let mixed = freshBreaker;
    for (let n = 0; n < 30; n += 1) mixed = n % 3 === 0 ? fail(mixed, n) : breakerAnswered(mixed);
    expect(closedBy(mixed, 31)).toBeNull();
  });

  it('stays open for a quota until the time that was said, an hour where none was', () => {
    const said = breakerFailed(freshBreaker, { reason: 'quota', nowMs: 0, retryAfterMs: 7_000_000 });
    expect(closedBy(said, 1)).toMatchObject({ untilMs: 7_000_000 });
    expect(closedBy(fail(freshBreaker, 0, 'quota'), 1)).toMatchObject({ untilMs: 3_600_000 });
  });
});

describe('admission', () => {
  it('widens by one after calm, never past the most, and halves', () => {
    let now = { width: 2, nCalm: 0 };
    for (let n = 0; n < 4; n += 1) now = widened(now, 8);
    expect(now.width).toBe(3);
    for (let n = 0; n < 500; n += 1) now = widened(now, 8);
    expect(now.width).toBe(8);
    expect(narrowed(now).width).toBe(4);
    expect(narrowed(narrowed(narrowed(narrowed(now)))).width).toBe(1);
  });
});
