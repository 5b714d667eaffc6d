import { expect, it } from 'vitest';

import { diskForecast } from '../../../../src/engine/health/disk-forecast.ts';
import { lookAtHealth } from '../../../../src/engine/health/look.ts';
import { createWorld } from '../../../fakes/fake-world.ts';

const hour = 3_600_000;

it('says when a disk is full as it fills now, and that there are too few values before', async () => {
  const world = await createWorld();
  const ledger = world.ledgers.open();
  const context = { ...world.context, ledger };
  expect(diskForecast(context, 'home')).toMatch(/^too few values for a forecast: 0 over/);
  await world.clock.advance(100 * hour);
  const nowMs = world.clock.nowMs();
  const free = Array.from({ length: 100 }, (_, n) => ({
    series: 'disk.free.home',
    atMs: nowMs - (100 - n) * hour,
    value: 300e9 - n * 1e9 + ((n * 37) % 11) * 1e7,
  }));
  await context.metrics.append(free);
  expect(diskForecast(context, 'home')).toMatch(/^disk full in 8 days ± (\d+|less than 1)$/);
  const parts = await lookAtHealth(context, { isDeep: false });
  expect(parts.find(({ part }) => part === 'disk')?.sentence).toContain('disk full in 8 days');
});
