import { expect, it } from 'vitest';

import { estimateRun } from '../../../../src/domain/plans/estimate.ts';

const unknown = { downloadBytes: 0, diskBytes: 0, lastRunMs: null, lastStartMs: null, lastDownMs: null };

it('counts the stop and the start of a switch, or what the last one took', () => {
  expect(estimateRun({ ...unknown, changesNothing: false }).productionDownSeconds).toBe(35);
  expect(estimateRun({ ...unknown, lastDownMs: 12_300, changesNothing: false }).productionDownSeconds).toBe(13);
});

it('leaves production up where nothing is proposed', () => {
  expect(estimateRun({ ...unknown, lastDownMs: 12_300, changesNothing: true })).toMatchObject({
    productionDownSeconds: 0,
  });
});
