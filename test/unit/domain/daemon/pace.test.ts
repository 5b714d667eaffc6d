import { expect, it } from 'vitest';

import { createPace } from '../../../../src/domain/daemon/pace.ts';

it('lets a burst through, then so many a second', () => {
  const isInPace = createPace({ perSecond: 10, burst: 3 });
  expect([0, 0, 0, 0].map(isInPace)).toEqual([true, true, true, false]);
  expect([100, 100, 150, 200].map(isInPace)).toEqual([true, false, false, true]);
  expect(Array.from({ length: 5 }, () => isInPace(60_000))).toEqual([true, true, true, false, false]);
});
