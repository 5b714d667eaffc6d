import { expect, it } from 'vitest';

import { lookAtProduction } from '../../../../src/engine/doctor/looks/production.ts';
import { by, supervised } from '../supervisor/supervised-scene.ts';

const service = ['mode: managed', 'watch-time: 200ms', 'memory-max: 8 GiB'];

async function started(given: readonly string[], canCap: boolean) {
  const scene = await supervised({ service: given }, (world) => {
    if (canCap) world.processes.memoryCap = { kind: 'possible' };
  });
  await scene.ask('service.start', { by });
  const context = { ...scene.world.context, ledger: scene.world.ledgers.open() };
  const found = (await lookAtProduction(context, { isDeep: false })).findings.map(({ id }) => id);
  return { spec: scene.world.processes.services.at(-1)?.spec, row: scene.latest('instance.composed')?.memory, found };
}

it('production is started under its cap where the machine can hold it to that', async () => {
  const { spec, row, found } = await started(service, true);
  expect([spec?.memoryMaxBytes, row, found]).toEqual([8 * 2 ** 30, { maxBytes: 8 * 2 ** 30, why: null }, []]);
});

it('production is started without a cap where the machine cannot, and that is recorded and told by doctor', async () => {
  const { spec, row, found } = await started(service, false);
  expect(spec?.memoryMaxBytes).toBeUndefined();
  expect(row).toEqual({ maxBytes: 8 * 2 ** 30, why: 'this machine hands no groups out' });
  expect(found).toEqual(['memory-uncapped:i1']);
});

it('production has no cap where none is set', async () => {
  const { spec, row, found } = await started(service.slice(0, 2), true);
  expect([spec?.memoryMaxBytes, row, found]).toEqual([undefined, undefined, []]);
});
