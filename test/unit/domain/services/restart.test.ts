import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { judgeRestart } from '../../../../src/domain/services/restart.ts';

const rule = { most: 3, withinSeconds: 600 };
const nowMs = 10_000_000;
const death = { triedAtMs: [], nowMs, forbidden: null };

describe('judgeRestart', () => {
  it('starts nothing again without a rule', () => {
    expect(judgeRestart(null, death)).toEqual({ restarts: false, reason: 'service.restart is never' });
  });

  it('waits twice as long each time, and gives up at the cap', () => {
    const waits = [0, 1, 2, 3].map((n) =>
      judgeRestart(rule, { ...death, triedAtMs: Array(n).fill(nowMs - 1_000) as number[] }),
    );
    expect(waits).toEqual([
      { restarts: true, nth: 1, waitMs: 2_000 },
      { restarts: true, nth: 2, waitMs: 4_000 },
      { restarts: true, nth: 3, waitMs: 8_000 },
      { restarts: false, reason: 'it was started again 3 times within 600 s, and service.restart-most is 3' },
    ]);
  });

  it('forgets restarts that are long ago', () => {
    expect(judgeRestart(rule, { ...death, triedAtMs: Array(9).fill(nowMs - 601_000) as number[] })).toMatchObject({
      nth: 1,
    });
  });

  it('never starts what is forbidden, whatever the rule', () => {
    const forbidden = 'malware was found';
    expect(judgeRestart(rule, { ...death, forbidden })).toEqual({ restarts: false, reason: forbidden });
    expect(judgeRestart(rule, death)).toMatchObject({ restarts: true });
  });

  it('lets no more through than the cap, also when a clock is set back', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -600_000, max: 600_000 }), { maxLength: 20 }), (steps) => {
        const triedAtMs: number[] = [];
        let clockMs = nowMs;
        for (const step of steps) {
          clockMs += step;
          if (judgeRestart(rule, { ...death, triedAtMs, nowMs: clockMs }).restarts) triedAtMs.push(clockMs);
          expect(triedAtMs.filter((atMs) => clockMs - atMs <= 600_000 && atMs <= clockMs).length).toBeLessThanOrEqual(
            3,
          );
        }
      }),
    );
  });
});
