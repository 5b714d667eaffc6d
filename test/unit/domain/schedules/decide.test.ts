import { describe, expect, it } from 'vitest';

import { createDigest } from '../../../../src/adapters/clock/digest.ts';
import { decide, jitterOf, type Standing, type StartedRun } from '../../../../src/domain/schedules/decide.ts';
import type { Schedule } from '../../../../src/domain/schedules/schedule.ts';

const { sha256 } = createDigest();
const hourly: Schedule = {
  ...{
    id: 'hourly',
    title: 'hourly',
    cron: '0 * * * *',
    zone: 'UTC',
    goal: 'x',
    playbook: null,
    inputs: {},
    yes: false,
  },
  ...{ catchUpMs: 0, catchUpMost: 1, jitterMs: 0, pauseAfter: null, onlyIf: null, within: null },
  overlap: 'skip',
};
const at = (hour: number, minute = 0, second = 0): number => Date.UTC(2026, 0, 1, hour, minute, second);
const since = (hour: number, ...runs: readonly StartedRun[]): Standing => ({ sinceMs: at(hour), runs });
const decided = (standing: Standing, nowMs: number, more: Partial<Schedule> = {}) =>
  decide({ ...hourly, ...more }, standing, { nowMs, sha256 });
const ran = (from: number, to: number | null): StartedRun => ({ run: 'r1', createdMs: from, closedMs: to });

describe('what is due', () => {
  it('waits for the next time', () => {
    expect(decided(since(3), at(3, 30))).toEqual({ missed: [], next: { kind: 'wait', untilMs: at(4) } });
  });

  it('fires at its time, and still does when the look comes a little later', () => {
    expect(decided(since(3), at(4)).next).toEqual({ kind: 'fire', dueMs: at(4), lateMs: 0 });
    expect(decided(since(3), at(4, 1)).next).toEqual({ kind: 'fire', dueMs: at(4), lateMs: 60_000 });
  });

  it('misses what nobody was there for, as one', () => {
    expect(decided(since(3), at(9, 30))).toEqual({
      missed: [{ fromMs: at(4), toMs: at(9), count: 6, isMore: false, why: 'late' }],
      next: { kind: 'wait', untilMs: at(10) },
    });
  });

  it('catches up within its window, with the newest as many as it may', () => {
    const two = { catchUpMs: 3 * 3_600_000, catchUpMost: 2 };
    expect(decided(since(3), at(9, 30), two)).toEqual({
      missed: [
        { fromMs: at(4), toMs: at(6), count: 3, isMore: false, why: 'late' },
        { fromMs: at(7), toMs: at(7), count: 1, isMore: false, why: 'many' },
      ],
      next: { kind: 'fire', dueMs: at(8), lateMs: 5_400_000 },
    });
  });

  it('catches up with the second when the first has ended, though it stood in line for longer than the window', () => {
    const two = { catchUpMs: 3_600_000, catchUpMost: 2 };
    const first = ran(at(9, 30), at(12));
    expect(decided(since(8, first), at(12, 0, 2), two)).toEqual({
      missed: [],
      next: { kind: 'fire', dueMs: at(9), lateMs: 10_802_000 },
    });
    // What came while the first ran is left out, also after the second.
    expect(decided(since(9, ran(at(12, 0, 2), at(12, 10)), first), at(12, 10, 2), two)).toMatchObject({
      missed: [{ fromMs: at(10), toMs: at(11), count: 2, why: 'overlap' }],
      next: { kind: 'fire', dueMs: at(12) },
    });
  });

  it('goes through a long absence once, and says that there were more', () => {
    const { missed, next } = decided(since(0), Date.UTC(2027, 0, 1, 0, 30));
    expect(missed).toMatchObject([{ fromMs: at(1), isMore: true, why: 'late' }]);
    expect(missed[0]?.count).toBeGreaterThanOrEqual(299);
    expect(next).toEqual({ kind: 'wait', untilMs: Date.UTC(2027, 0, 1, 1) });
    expect(missed.at(-1)?.toMs).toBeLessThan(Date.UTC(2027, 0, 1, 0, 30));
  });

  it('catches up with the newest of a long absence', () => {
    const { next } = decided(since(0), Date.UTC(2027, 0, 1, 0, 30), { catchUpMs: 3_600_000 });
    expect(next).toMatchObject({ kind: 'fire', dueMs: Date.UTC(2027, 0, 1, 0) });
  });
});

describe('a fire while the run before goes on', () => {
  it('is nobody’s yet: it waits for the end of that run', () => {
    for (const overlap of ['skip', 'queue'] as const)
      expect(decided(since(3, ran(at(3), null)), at(4), { overlap }).next).toEqual({ kind: 'wait', untilMs: null });
  });

  it('is left out', () => {
    expect(decided(since(3, ran(at(3), at(5, 30))), at(5, 30, 2))).toEqual({
      missed: [{ fromMs: at(4), toMs: at(5), count: 2, isMore: false, why: 'overlap' }],
      next: { kind: 'wait', untilMs: at(6) },
    });
  });

  it('starts at its end, the newest one', () => {
    expect(decided(since(3, ran(at(3), at(5, 30))), at(5, 30, 2), { overlap: 'queue' })).toEqual({
      missed: [{ fromMs: at(4), toMs: at(4), count: 1, isMore: false, why: 'many' }],
      next: { kind: 'fire', dueMs: at(5), lateMs: 1_802_000 },
    });
  });

  it('calls it off, once its time has come', () => {
    const more = { overlap: 'cancel-old' } as const;
    expect(decided(since(3, ran(at(3), null)), at(3, 30), more).next).toEqual({ kind: 'wait', untilMs: at(4) });
    expect(decided(since(3, ran(at(3), null)), at(4), more).next).toEqual({ kind: 'cancel', run: 'r1' });
    expect(decided(since(3, ran(at(3), at(4, 0, 5))), at(4, 0, 6), more).next).toMatchObject({
      kind: 'fire',
      dueMs: at(4),
    });
  });
});

describe('jitter', () => {
  it('puts a fire off by less than it, always by the same, and each by its own', () => {
    const spread = { ...hourly, jitterMs: 600_000 };
    const offsets = [1, 2, 3, 4, 5].map((hour) => jitterOf(spread, at(hour), sha256));
    expect(new Set(offsets).size).toBe(5);
    expect(Math.max(...offsets)).toBeLessThan(600_000);
    expect(jitterOf(spread, at(1), sha256)).toBe(offsets[0]);
    const due = at(4) + (offsets[3] ?? 0);
    expect(decided(since(3), due - 1, spread).next).toEqual({ kind: 'wait', untilMs: due });
    expect(decided(since(3), due, spread).next).toEqual({ kind: 'fire', dueMs: at(4), lateMs: 0 });
  });
});
