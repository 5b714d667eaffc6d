import { describe, expect, it } from 'vitest';

import { timeForecast, timeForecastText } from '../../../../src/domain/usage/time-forecast.ts';

const day = 86_400_000;
const hour = 3_600_000;
const days = (hours: readonly number[]) => hours.map((value, nth) => ({ atMs: nth * day, value: value * hour }));

describe('the forecast of time', () => {
  it('goes on with what days were, and is wider the more they differ', () => {
    const even = timeForecast(days(Array.from({ length: 20 }, () => 2)), 7);
    expect(even).toEqual({ kind: 'expected', ms: 14 * hour, lowMs: 14 * hour, highMs: 14 * hour });
    const uneven = timeForecast(days(Array.from({ length: 20 }, (_, nth) => (nth % 2) * 4)), 7);
    expect(uneven).toMatchObject({ kind: 'expected', ms: 14 * hour });
    if (uneven.kind === 'too-few') throw new Error('it has enough');
    expect(uneven.lowMs).toBeLessThan(6 * hour);
    expect(uneven.highMs).toBeGreaterThan(22 * hour);
  });

  it('follows a rise', () => {
    const rising = timeForecast(days(Array.from({ length: 20 }, (_, nth) => nth / 10)), 7);
    // The 20th day had 1.9 h: 2.0 to 2.6.
    expect(rising.kind === 'expected' && Math.round((rising.ms / hour) * 10) / 10).toBe(16.1);
    expect(timeForecastText(rising, 7)).toMatch(/^about 16 h 6 min in the next 7 days \(/);
  });

  it('says that there are too few days, also where there is none', () => {
    expect(timeForecastText(timeForecast(days([1, 2, 3]), 7), 7)).toBe('too few days for a forecast: 3, 12 are needed');
    expect(timeForecast([], 7)).toEqual({ kind: 'too-few', nDays: 0 });
  });
});
