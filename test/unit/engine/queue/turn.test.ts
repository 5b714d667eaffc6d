import { describe, expect, it } from 'vitest';

import { dataOf } from '../../../../src/domain/journal/kinds.ts';
import { closedAs, passUntil } from '../../../fakes/fake-life.ts';
import { approveChange, by, type Scene, supervised, upgrade } from '../supervisor/supervised-scene.ts';

const rows = (scene: Scene, kind: 'branch.moved' | 'queue.waited' | 'change.gated') =>
  scene.world.ledgers
    .open()
    .read({ kinds: [kind], limit: 1_000 })
    .map((one) => dataOf(kind, one) as { change: string; behind?: string });

/** Two changes that wait for a review. */
async function two(): Promise<Scene> {
  const scene = await supervised();
  await upgrade(scene);
  await scene.until('c1', 'reviewing.deciding');
  await upgrade(scene);
  await scene.until('c2', 'reviewing.deciding');
  return scene;
}

describe('whose turn it is', () => {
  it('is that of the oldest, whoever was approved first', async () => {
    const scene = await two();
    const { home } = scene.world;
    const { comparePaths } = home;
    let isOpen = false;
    // The first look at home's files takes its time: both are approved by then.
    home.comparePaths = async (...given) => {
      while (!isOpen) await scene.world.context.outside.clock.sleep(100);
      return comparePaths(...given);
    };
    await approveChange(scene, 'c1');
    await approveChange(scene, 'c2');
    await passUntil(scene.world, () => rows(scene, 'queue.waited').length > 0);
    expect(rows(scene, 'queue.waited')).toEqual([{ change: 'c2', behind: 'c1', nBefore: 1 }]);
    isOpen = true;
    await scene.until('c1', 'verified');
    expect(rows(scene, 'branch.moved').map((one) => one.change)).toEqual(['c1']);
  });

  it('may be told anew by a person, until it merges', async () => {
    const scene = await two();
    const level = async (run: string, to: 'high' | 'low') => scene.ask('run.prioritise', { run, to, by });
    expect(await level('r1', 'high')).toMatchObject({
      kind: 'accepted',
      sentence: 'r1 has priority high now; it was normal.',
    });
    expect(await level('r1', 'high')).toMatchObject({ kind: 'refused', fault: { code: 'NOTHING_TO_DO' } });
    await approveChange(scene, 'c1');
    await passUntil(scene.world, () => closedAs(scene.world, 'r1') !== undefined);
    expect(await level('r1', 'low')).toMatchObject({ kind: 'refused', fault: { code: 'RUN_FINISHED' } });
    expect(await level('r99', 'low')).toMatchObject({ kind: 'refused', fault: { code: 'RUN_NOT_FOUND' } });
  });
});
