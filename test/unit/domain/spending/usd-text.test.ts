import { expect, it } from 'vitest';

import { usdText } from '../../../../src/domain/spending/usd-text.ts';

it('tells money with as many digits as say something', () => {
  const told = [0, 7, 820, 4_200, 20_550, 50_000, 100_000, 1_250_000, 12_345_678].map(usdText);
  expect(told).toEqual([...['$0', '$0.000007', '$0.00082', '$0.0042', '$0.0205', '$0.05', '$0.10', '$1.25', '$12.35']]);
});
