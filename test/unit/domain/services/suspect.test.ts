import { expect, it } from 'vitest';

import { signsAfter } from '../../../../src/domain/services/suspect.ts';

const hour = 3_600_000;
const mergedAtMs = 1_000 * hour;
const sign = (key: string, hours: number, severity: 'critical' | 'informational' = 'critical') => ({
  ...{ key, severity, sentence: `${key}.` },
  ...{ atMs: hours * hour, row: hours },
});
const rows = (...signs: readonly ReturnType<typeof sign>[]) => signsAfter(mergedAtMs, signs).map(({ row }) => row);

it('holds against a merge what began after it, each kind once, the oldest first', () => {
  const signs = [sign('nodes:a', 1_009), sign('service:hung', 1_001), sign('nodes:a', 1_008)];
  expect(rows(...signs)).toEqual([1_001, 1_008]);
});

it('holds nothing against it that there was before', () => {
  expect(rows(sign('service:down', 999), sign('service:down', 1_001))).toEqual([]);
  expect(rows(sign('service:down', 500), sign('service:down', 1_001))).toEqual([1_001]);
});

it.each(['service:down', 'service:hung'])('holds %s against it for an hour only', (key) => {
  expect(rows(sign(key, 1_001))).toEqual([1_001]);
  expect(rows(sign(key, 1_001.5))).toEqual([]);
});

it('holds a pack that does not load against it for a day only', () => {
  expect(rows(sign('nodes:a', 1_024))).toEqual([1_024]);
  expect(rows(sign('nodes:a', 1_025))).toEqual([]);
});

it.each(['disk:full', 'gpu:lost', 'waiting:r1', 'notify:mail', 'alerts:many', 'outside:o1'])(
  'holds %s never against it: that comes from elsewhere',
  (key) => expect(rows(sign(key, 1_001))).toEqual([]),
);

it('holds nothing against it that is only told', () => {
  expect(rows(sign('nodes:a', 1_001, 'informational'))).toEqual([]);
});
