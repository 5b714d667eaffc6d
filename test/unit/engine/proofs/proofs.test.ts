import { expect, it } from 'vitest';

import { passUntil } from '../../../fakes/fake-life.ts';
import { by, supervised, upgrade } from '../supervisor/supervised-scene.ts';

it('writes down which node classes of a boot came from which pack', async () => {
  const scene = await supervised(undefined, (world) => {
    world.service.boot = () => ({
      nodeClasses: ['KSampler', 'Twice'],
      nodePacks: { Twice: 'custom_nodes.twice-pack' },
    });
  });
  await upgrade(scene);
  await scene.until('c1', 'reviewing.deciding');
  const boots = scene.world.ledgers
    .open()
    .read({ kinds: ['evidence.recorded'], limit: 100 })
    .map(({ data }) => data['evidence'] as { part: string; nodeClasses: string[]; nodePacks: object[] })
    .filter(({ part }) => part === 'boot');
  expect(boots).not.toEqual([]);
  for (const boot of boots) {
    expect(boot.nodeClasses).toEqual(['KSampler', 'Twice']);
    expect(boot.nodePacks).toEqual([{ pack: 'twice-pack', nodeClasses: ['Twice'] }]);
  }
});

it.each([
  ['its run is cancelled', true],
  ['nobody stops it (control)', false],
])('takes the prompt of a workflow back when %s', async (_, isCancelled) => {
  const scene = await supervised(undefined, (world) => {
    world.service.boot = () => ({ runs: () => (isCancelled ? 'never' : { kind: 'ran' }) });
  });
  const { service } = scene.world;
  await upgrade(scene);
  await passUntil(scene.world, () => service.ran.length > 0);
  if (isCancelled) {
    await scene.ask('run.cancel', { run: 'r1', by });
    await scene.until('r1', 'cancelled');
  } else await scene.until('c1', 'reviewing.deciding');
  expect(service.takenBack).toEqual(isCancelled ? [service.ran[0]?.nonce] : []);
});
