import { expect, it } from 'vitest';

import { renderPrune } from '../../../../src/faces/cli/render/prune.ts';

const planned = {
  state: 'planned',
  hash: 'f'.repeat(64),
  evictions: [],
  wheels: [],
  removals: [],
  kept: [],
  freedBytes: 0,
  totals: { freeBytes: 0 },
  row: null,
} as const;

it.each([
  [true, 'orchestrate restore prune --wheels --yes --plan ffffffffffff'],
  [false, 'orchestrate restore prune --yes --plan ffffffffffff'],
])('the next command of a plan is about the same plan (with wheels: %s)', (withWheels, command) => {
  expect(JSON.stringify(renderPrune({ ...planned, withWheels }))).toContain(command);
});
