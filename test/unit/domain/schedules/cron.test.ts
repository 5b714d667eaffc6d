import { describe, expect, it } from 'vitest';

import { cronProblem, nextFire, shortestGapMs } from '../../../../src/domain/schedules/cron.ts';

const zurich = 'Europe/Zurich';
const fires = (cron: string, from: string, count: number, zone = zurich): readonly string[] => {
  const found: string[] = [];
  let atMs: number | undefined = Date.parse(from);
  for (let n = 0; n < count && atMs !== undefined; n += 1) {
    atMs = nextFire({ cron, zone }, atMs);
    if (atMs !== undefined) found.push(new Date(atMs).toISOString().replace(':00.000Z', 'Z'));
  }
  return found;
};

describe('the times of an expression', () => {
  it('reads names, ranges, steps and nicknames', () => {
    expect(fires('0 3 * * MON-FRI', '2026-10-24T00:00Z', 2, 'UTC')).toEqual(['2026-10-26T03:00Z', '2026-10-27T03:00Z']);
    expect(fires('*/20 9-10 * JAN,dec *', '2026-12-01T10:30Z', 2, 'UTC')).toEqual([
      '2026-12-01T10:40Z',
      '2026-12-02T09:00Z',
    ]);
    expect(fires('@daily', '2026-12-01T10:30Z', 1, 'UTC')).toEqual(['2026-12-02T00:00Z']);
    expect(fires('0 0 29 2 *', '2026-12-01T00:00Z', 2, 'UTC')).toEqual(['2028-02-29T00:00Z', '2032-02-29T00:00Z']);
  });

  it('fires right after the jump where clocks are put forward over it, and on the next day as ever', () => {
    expect(fires('30 2 * * *', '2026-03-28T12:00Z', 2)).toEqual(['2026-03-29T01:00Z', '2026-03-30T00:30Z']);
  });

  it('fires once where clocks show a fixed time twice', () => {
    expect(fires('30 2 * * *', '2026-10-24T12:00Z', 2)).toEqual(['2026-10-25T00:30Z', '2026-10-26T01:30Z']);
  });

  it('fires in both hours where every hour is meant', () => {
    expect(fires('30 * * * *', '2026-10-25T00:00Z', 3)).toEqual([
      '2026-10-25T00:30Z',
      '2026-10-25T01:30Z',
      '2026-10-25T02:30Z',
    ]);
  });

  it('is never back in time, in any zone and over a whole year', () => {
    for (const zone of ['Australia/Lord_Howe', 'America/St_Johns', 'Africa/Casablanca', 'Pacific/Apia', 'UTC']) {
      let atMs = Date.UTC(2026, 0, 1);
      for (let n = 0; n < 400; n += 1) {
        const next = nextFire({ cron: '15 2 * * *', zone }, atMs) ?? 0;
        expect(next).toBeGreaterThan(atMs);
        atMs = next;
      }
      expect(new Date(atMs).getUTCFullYear()).toBe(2027);
    }
  });
});

describe('an expression that is refused', () => {
  const now = Date.UTC(2026, 10, 28);
  it.each([
    ['0 0 31 2 *', 'never fires'],
    ['61 3 * * *', 'cannot be read: Invalid value for minute: 61'],
    ['every day', 'has 2 fields; five are wanted'],
    ['', 'has 0 fields; five are wanted'],
    ['10-5 3 * * *', 'cannot be read'],
    ['@reboot', 'cannot be read'],
    ['2026-12-24T18:00:00', 'is a date'],
    ['* * * * * *', 'fires every 1 s; 10 s is the least'],
    ['0 0 3 1 1 * 2020', 'has 7 fields; five are wanted'],
    ['0 3 * * *'.repeat(20), 'is longer than 100 characters'],
  ])('%j: %s', (cron, why) => {
    expect(cronProblem(cron, 'UTC', now)).toContain(why);
  });

  it('is none of these', () => {
    for (const cron of ['0 3 * * *', '*/10 * * * * *', '0 3 L * *', '0 3 * * SUN#1'])
      expect(cronProblem(cron, zurich, now)).toBeUndefined();
  });

  it('knows the shortest time between two fires', () => {
    expect(shortestGapMs({ cron: '0,5 3 * * *', zone: 'UTC' }, now)).toBe(300_000);
  });
});
