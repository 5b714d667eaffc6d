import { expect, it } from 'vitest';

import { supervised, upgrade } from '../supervisor/supervised-scene.ts';

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
