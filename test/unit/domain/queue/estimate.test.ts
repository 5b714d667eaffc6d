import { expect, test } from 'vitest';

import { estimate, type Seen } from '../../../../src/domain/queue/estimate.ts';

const seen: Seen = {
  gates: [40_000, 60_000, 50_000],
  reusedGates: [1_000],
  merges: [2_000, 4_000],
  switches: [10_000],
};

test('adds up what the changes before it and itself still go through, each as it is seen most often', () => {
  expect(estimate(['switch'], seen)).toEqual({ ms: 10_000, nSamples: 1 });
  expect(estimate(['merge'], seen)).toEqual({ ms: 13_000, nSamples: 1 });
  expect(estimate(['switch', 'reused-gate', 'gate'], seen)).toEqual({ ms: 10_000 + 14_000 + 63_000, nSamples: 1 });
});

test('says nothing of what was never seen', () => {
  expect(estimate(['gate'], { ...seen, gates: [] })).toBeUndefined();
  expect(estimate(['merge'], { ...seen, switches: [] })).toBeUndefined();
  expect(estimate([], seen)).toBeUndefined();
  // A gate that found its evidence was never seen: a whole one is the most that it can take.
  expect(estimate(['reused-gate'], { ...seen, reusedGates: [] })?.ms).toBe(63_000);
});

test('what was long ago does not count', () => {
  const merges = [...Array.from({ length: 50 }, () => 100_000), ...Array.from({ length: 20 }, () => 1_000)];
  expect(estimate(['merge'], { ...seen, merges })).toEqual({ ms: 11_000, nSamples: 1 });
});
