import { expect, it } from 'vitest';

import { chartOf } from '../../../../src/domain/metrics/chart.ts';
import { trendText } from '../../../../src/domain/metrics/trend-text.ts';
import { unitOf, valueText } from '../../../../src/domain/metrics/unit.ts';

it('draws values between the least and the greatest, and leaves gaps', () => {
  expect(chartOf([0, null, 7, 3.5])).toBe('▁ █▅');
  expect(chartOf([4, 4, 4])).toBe('▁▁▁');
  expect(chartOf([])).toBe('');
});

it('says how a series moves, and how sure that is', () => {
  const about = { n: 40, spanMs: 9e8, level: 5 };
  expect(trendText({ kind: 'moving', ...about, perDay: -1.2e9, low: -1.5e9, high: -0.9e9 }, 'bytes')).toBe(
    'falls by 1.2 GB a day (900 MB to 1.5 GB)',
  );
  expect(trendText({ kind: 'moving', ...about, perDay: 3, low: 2, high: 4 }, 'number')).toBe(
    'rises by 3 a day (2 to 4)',
  );
  expect(trendText({ kind: 'steady', ...about }, 'ms')).toBe('no movement that chance does not explain');
  expect(trendText({ kind: 'too-few', n: 3, spanMs: 7_200_000 }, 'ms')).toBe(
    'too few values for a trend: 3 over 2 hours',
  );
});

it('knows what a series is counted in', () => {
  expect(['disk.free.home', 'service.latency.8188', 'service.queue', 'service.memory'].map(unitOf)).toEqual([
    ...['bytes', 'ms', 'number', 'bytes'],
  ]);
  expect([valueText(45.4, 'ms'), valueText(12_345, 'ms'), valueText(9e6, 'ms'), valueText(0.523, 'number')]).toEqual([
    ...['45 ms', '12 s', '2.5 h', '0.52'],
  ]);
});
