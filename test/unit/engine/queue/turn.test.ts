import { describe, expect, it } from 'vitest';

import { dataOf } from '../../../../src/domain/journal/kinds.ts';
import { closedAs, passUntil } from '../../../fakes/fake-life.ts';
import { approveChange, by, type Scene, supervised, upgrade } from '../supervisor/supervised-scene.ts';
import { inReview, rowsOf, workflowScene } from './queue-scene.ts';

const rows = (scene: Scene, kind: 'branch.moved' | 'queue.waited' | 'change.gated') =>
  scene.world.ledgers
    .open()
    .read({ kinds: [kind], limit: 1_000 })
    .map((one) => dataOf(kind, one) as { change: string; behind?: string });

/** Changes whose turn came, in that order. */
const turns = (scene: Scene) =>
  rowsOf(scene, 'machine.moved').flatMap(({ from, to, subject }) =>
    from === 'queued.asking' && to === 'regating' ? [subject] : [],
  );

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
    const scene = await workflowScene();
    await inReview(scene, ['one', 'two', 'three']);
    const { home } = scene.world;
    const { comparePaths } = home;
    let isOpen = false;
    // The first one is kept from merging until all are approved.
    home.comparePaths = async (...given) => {
      while (!isOpen) await scene.world.context.outside.clock.sleep(100);
      return comparePaths(...given);
    };
    await approveChange(scene, 'c1');
    await approveChange(scene, 'c3');
    await passUntil(scene.world, () => rows(scene, 'queue.waited').length === 1);
    await approveChange(scene, 'c2');
    await passUntil(scene.world, () => rows(scene, 'queue.waited').length === 2);
    expect(rows(scene, 'queue.waited')).toEqual([
      { change: 'c3', behind: 'c1', nBefore: 1 },
      { change: 'c2', behind: 'c1', nBefore: 1 },
    ]);
    isOpen = true;
    await passUntil(scene.world, () => turns(scene).length === 2);
    // The branch has moved when it is their turn: each is sent to be proven again then.
    expect(turns(scene)).toEqual(['c2', 'c3']);
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
