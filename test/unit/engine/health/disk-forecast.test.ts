import { expect, it } from 'vitest';

import { Fault } from '../../../../src/base/fault.ts';
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

it('says how full a disk is also where the measured values cannot be read', async () => {
  const world = await createWorld();
  const path = world.context.paths.home;
  const room = { path, totalBytes: 100e9, freeBytes: 0 };
  for (const one of [path, `${path}/models`, world.context.paths.state]) world.machine.disks.set(one, room);
  const metrics = {
    ...world.context.metrics,
    buckets: () => {
      throw new Fault('METRICS_UNAVAILABLE', 'metrics.db cannot be used.', { state: 'Kept.' });
    },
  };
  const parts = await lookAtHealth({ ...world.context, metrics, ledger: world.ledgers.open() }, { isDeep: false });
  expect(parts.find(({ part }) => part === 'disk')).toMatchObject({
    state: 'bad',
    sentence: '0 bytes free where there is least; no forecast: METRICS_UNAVAILABLE',
  });
});
