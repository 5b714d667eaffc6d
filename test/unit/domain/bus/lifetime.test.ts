import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { dueAt, isLeaseOver, isPast, type Moment } from '../../../../src/domain/bus/lifetime.ts';

const dayMs = 86_400_000;
const start: Moment = { boot: 'b1', monotonicMs: 5_000, wallMs: 1_700_000_000_000 };
const later = (ms: number, jumpMs = 0): Moment => ({
  ...{ boot: 'b1', monotonicMs: start.monotonicMs + ms, wallMs: start.wallMs + ms + jumpMs },
});
const jumps = fc.integer({ min: -2 * dayMs, max: 2 * dayMs });
const spans = fc.integer({ min: 0, max: 3 * dayMs });

describe('a lease', () => {
  it('is over after its span, however the wall clock jumps (F23)', () => {
    fc.assert(
      fc.property(spans, spans, jumps, (leaseMs, passedMs, jumpMs) => {
        const lease = { boot: 'b1', takenMs: start.monotonicMs, leaseMs };
        expect(isLeaseOver(lease, later(passedMs, jumpMs))).toBe(passedMs >= leaseMs);
      }),
    );
  });

  it('is over when the machine was started again, named or seen by its younger clock', () => {
    const lease = { boot: 'b1', takenMs: start.monotonicMs, leaseMs: dayMs };
    expect(isLeaseOver(lease, { ...later(0), boot: 'b2' })).toBe(true);
    expect(isLeaseOver(lease, { ...start, monotonicMs: 10 })).toBe(true);
  });
});

describe('an expiry', () => {
  it('comes after its span, however the wall clock jumps; by the wall clock alone it would not (F23)', () => {
    let nWrongByWall = 0;
    fc.assert(
      fc.property(spans, spans, jumps, (spanMs, passedMs, jumpMs) => {
        const due = dueAt(start.wallMs + spanMs, start);
        const now = later(passedMs, jumpMs);
        expect(isPast(due, now)).toBe(passedMs >= spanMs);
        if (now.wallMs >= start.wallMs + spanMs !== passedMs >= spanMs) nWrongByWall += 1;
      }),
    );
    expect(nWrongByWall).toBeGreaterThan(0);
  });

  it('goes by the wall clock from one start of the machine to another', () => {
    const due = dueAt(start.wallMs + 1_000, start);
    expect(isPast(due, { boot: 'b2', monotonicMs: 1, wallMs: start.wallMs + 999 })).toBe(false);
    expect(isPast(due, { boot: 'b2', monotonicMs: 1, wallMs: start.wallMs + 1_000 })).toBe(true);
  });

  it('is at once where its time was over already', () => {
    expect(isPast(dueAt(start.wallMs - 1, start), start)).toBe(true);
  });
});
