import { expect, it } from 'vitest';

import { signsAfter } from '../../../../src/domain/services/suspect.ts';

const day = 86_400_000;
const mergedAtMs = 100 * day;
const sign = (key: string, atMs: number) => ({ key, sentence: `${key}.`, atMs, row: atMs / day });

it('holds against a merge what began after it, each kind once, the oldest first', () => {
  const signs = [sign('service:down', 103 * day), sign('service:hung', 101 * day), sign('service:down', 102 * day)];
  expect(signsAfter(mergedAtMs, signs).map(({ row }) => row)).toEqual([101, 102]);
});

it('holds nothing against it that there was before, or that tells of people', () => {
  const before = [sign('service:down', 99 * day), sign('service:down', 101 * day), sign('waiting:r1', 101 * day)];
  expect(signsAfter(mergedAtMs, before)).toEqual([]);
  expect(signsAfter(mergedAtMs, [sign('service:down', 80 * day), sign('service:down', 101 * day)])).toHaveLength(1);
});
