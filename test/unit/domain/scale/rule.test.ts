import { describe, expect, it } from 'vitest';

import { nextStep, whyNoRoom } from '../../../../src/domain/scale/rule.ts';

const rule = { least: 1, most: 3, whenWaiting: 2, idleMs: 30 * 60_000 };

describe('the rule of a tree', () => {
  it('gives one slot more when enough wait and all are held', () => {
    expect(nextStep(rule, { slots: 2, nWaiting: 2, nHeld: 2, spareMs: 0 })).toEqual({
      slots: 3,
      cause: 'waiting',
      reason: '2 runs wait and all 2 are held; from 2 on it gets one more, up to 3',
    });
  });

  it.each([
    ['fewer wait', { slots: 2, nWaiting: 1, nHeld: 2, spareMs: 0 }],
    ['one is free, and those who wait are about to get it', { slots: 2, nWaiting: 2, nHeld: 1, spareMs: 0 }],
    ['it has the most', { slots: 3, nWaiting: 9, nHeld: 3, spareMs: 0 }],
    ['it was idle for less', { slots: 2, nWaiting: 0, nHeld: 0, spareMs: 29 * 60_000 }],
    ['it has the least', { slots: 1, nWaiting: 0, nHeld: 0, spareMs: 99 * 60_000 }],
    ['all are held', { slots: 2, nWaiting: 0, nHeld: 2, spareMs: 0 }],
    ['a person gave it more than the rule does', { slots: 5, nWaiting: 9, nHeld: 5, spareMs: 0 }],
  ])('does nothing when %s', (_why, facts) => {
    expect(nextStep(rule, facts)).toBeUndefined();
  });

  it('takes one away after the idle time, one by one', () => {
    expect(nextStep(rule, { slots: 3, nWaiting: 0, nHeld: 1, spareMs: 30 * 60_000 })).toMatchObject({
      slots: 2,
      cause: 'idle',
    });
  });
});

it('there is no room where memory or disk are short', () => {
  const gib = 1024 ** 3;
  expect(whyNoRoom({ memoryBytes: 0.5 * gib, diskBytes: 50 * gib, nMore: 1 })).toContain('0.5 GiB of memory');
  expect(whyNoRoom({ memoryBytes: 8 * gib, diskBytes: gib, nMore: 1 })).toContain('1.0 GiB of disk');
  expect(whyNoRoom({ memoryBytes: 3 * gib, diskBytes: 50 * gib, nMore: 4 })).toContain(
    '4 more services under test want 4.0 GiB',
  );
  expect(whyNoRoom({ memoryBytes: 8 * gib, diskBytes: 50 * gib, nMore: 4 })).toBeUndefined();
});
