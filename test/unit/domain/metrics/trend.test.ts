import { describe, expect, it } from 'vitest';

import { forecastOf, forecastText } from '../../../../src/domain/metrics/forecast.ts';
import { trendOf } from '../../../../src/domain/metrics/trend.ts';

const hour = 3_600_000;
const falling = Array.from({ length: 100 }, (_, n) => ({ atMs: n * hour, value: 1_000 - 4 * n + ((n * 37) % 11) - 5 }));
const text = (samples: typeof falling): string => {
  const trend = trendOf(samples, 200 * hour);
  return forecastText('disk full', forecastOf(trend, 0), trend);
};

describe('a trend', () => {
  it('says when the disk is full, with how far off that may be', () => {
    expect(text(falling)).toMatch(/^disk full in 6 days ± (\d+|less than 1)$/);
  });

  it('is not moved by a few wrong values', () => {
    const wrong = falling.map((one, n) => (n % 10 === 0 ? { ...one, value: 9_000 } : one));
    expect(trendOf(wrong, 200 * hour)).toMatchObject({ kind: 'moving', perDay: expect.closeTo(-96, -1) });
  });

  it('says that there are too few values', () => {
    expect(text(falling.slice(0, 3))).toMatch(/^too few values for a forecast: 3 over 2 hours/);
  });

  it('leaves out what a clock that was set back left in the future', () => {
    expect(trendOf(falling, -1)).toEqual({ kind: 'too-few', n: 0, spanMs: 0 });
  });

  it('makes no movement of chance', () => {
    const level = falling.map(({ atMs }, n) => ({ atMs, value: (n * 37) % 11 }));
    expect(trendOf(level, 200 * hour).kind).toBe('steady');
  });
});
