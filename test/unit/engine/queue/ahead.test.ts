import { describe, expect, it } from 'vitest';

import { createAhead } from '../../../../src/engine/queue/ahead.ts';
import { passUntil, settled, startEngine, startSupervisor } from '../../../fakes/fake-life.ts';
import { createWorld } from '../../../fakes/fake-world.ts';
import { approveChange, by, type Scene } from '../supervisor/supervised-scene.ts';
import { addNamed, inReview, onCpu, rowsOf, workflowScene } from './queue-scene.ts';

const proven = (scene: Scene) =>
  rowsOf(scene, 'queue.proven').map(({ change, onTop, outcome }) => [change, onTop.join(), outcome]);
const untilProven = (scene: Scene, n: number) => passUntil(scene.world, () => proven(scene).length >= n);

async function reject(scene: Scene, change: string): Promise<void> {
  const gated = rowsOf(scene, 'change.gated').findLast((one) => one.change === change);
  const { exact: tree = '', base = '' } = gated ?? {};
  await scene.ask('review.answer', { change, tree, base, verdict: 'rejected', comment: null, by });
}

describe('what stands behind', () => {
  it('is proven on top of what stands before it, and its gate is done without another boot', async () => {
    const scene = await workflowScene();
    await inReview(scene, ['one', 'two', 'three']);
    await untilProven(scene, 2);
    expect(proven(scene)).toEqual([
      ['c2', 'c1', 'proven'],
      ['c3', 'c1,c2', 'proven'],
    ]);
    const nBoots = rowsOf(scene, 'instance.composed').length;
    await approveChange(scene, 'c1');
    await scene.until('c1', 'verified');
    await approveChange(scene, 'c2');
    await passUntil(
      scene.world,
      () => rowsOf(scene, 'change.gated').filter(({ change }) => change === 'c2').length === 2,
    );
    const again = rowsOf(scene, 'change.gated').at(-1);
    expect(again).toMatchObject({ change: 'c2', verdict: 'proven', reused: ['boot', 'smoke'] });
    expect(again?.exact).toBe(rowsOf(scene, 'queue.proven')[0]?.tree);
    expect(rowsOf(scene, 'instance.composed')).toHaveLength(nBoots);
  });

  it('is foreseen anew when what stands before it is rejected', async () => {
    const scene = await workflowScene();
    await inReview(scene, ['one', 'two', 'three']);
    await untilProven(scene, 2);
    await reject(scene, 'c1');
    await untilProven(scene, 3);
    expect(rowsOf(scene, 'queue.dropped').map(({ change, reason }) => [change, reason])).toEqual([
      ['c2', 'c1, which stood before it, is rejected'],
      ['c3', 'c1, which stood before it, is rejected'],
    ]);
    // c2 has nobody before it any more: its own gate has proven that.
    expect(proven(scene).at(-1)).toEqual(['c3', 'c2', 'proven']);
  });

  it('is given up in the middle, and its instance and its port with it', async () => {
    const scene = await workflowScene();
    const { service, clock } = scene.world;
    const { nodeSources } = service;
    await inReview(scene, ['one']);
    service.nodeSources = async (url) => {
      await clock.sleep(60_000);
      return nodeSources(url);
    };
    await addNamed(scene, 'two');
    await passUntil(scene.world, () => rowsOf(scene, 'queue.predicted').length === 1);
    await scene.world.clock.advance(1_000);
    await reject(scene, 'c1');
    await passUntil(scene.world, () => rowsOf(scene, 'queue.dropped').length === 1);
    const owner = 'ahead:c2';
    await passUntil(scene.world, () => rowsOf(scene, 'lease.freed').some(({ run }) => run === owner));
    const composed = rowsOf(scene, 'instance.composed').filter(({ run }) => run === owner);
    expect(composed).toHaveLength(1);
    expect(rowsOf(scene, 'instance.ended').map(({ instance }) => instance)).toContain(composed[0]?.instance);
    expect(proven(scene)).toEqual([]);
  });

  it('is told when it would conflict, and nothing is started for it', async () => {
    const scene = await workflowScene();
    await addNamed(scene, 'same', { text: 'mine' });
    await scene.until('c1', 'reviewing.deciding');
    await addNamed(scene, 'same', { text: 'yours' });
    await scene.until('c2', 'reviewing.deciding');
    await untilProven(scene, 1);
    expect(rowsOf(scene, 'queue.proven')).toMatchObject([
      { change: 'c2', onTop: ['c1'], tree: null, outcome: 'conflict', fault: { code: 'CHANGE_CONFLICT' } },
    ]);
    await scene.world.clock.advance(20_000);
    expect(proven(scene)).toHaveLength(1);
    expect(rowsOf(scene, 'queue.predicted')).toEqual([]);
  });

  it('is not proven where nobody wants it, and not where the machine has no room', async () => {
    const none = await workflowScene({ ...onCpu, config: 'queue: { ahead: 0 }' });
    await inReview(none, ['one', 'two']);
    await none.world.clock.advance(30_000);
    expect(rowsOf(none, 'queue.predicted')).toEqual([]);

    const full = await workflowScene(onCpu, (world) => {
      world.files.freeBytes = async () => 1_000_000_000;
    });
    await inReview(full, ['one', 'two']);
    await full.world.clock.advance(30_000);
    expect(rowsOf(full, 'queue.predicted')).toEqual([]);
  });

  it('takes no graphics card: only what needs none is proven', async () => {
    const scene = await workflowScene({}, (world) => {
      world.accelerators.found = { kind: 'nvidia', driver: '570', cudaUpTo: '12.8', gpus: [] } as never;
    });
    await inReview(scene, ['one', 'two']);
    await untilProven(scene, 1);
    expect(proven(scene)).toEqual([['c2', 'c1', 'partly']]);
    expect(rowsOf(scene, 'graphics.lent').map(({ run }) => run)).toEqual(['r1', 'r2']);
    expect(rowsOf(scene, 'instance.composed').filter(({ run }) => run === 'ahead:c2')).toEqual([]);
  });
});

describe('looking ahead', () => {
  it('outlives a range of which every port is held by others: it says so once, waits, and proves it when one is free', async () => {
    const scene = await workflowScene();
    const { ports } = scene.world.context.outside;
    const { isFree } = ports;
    let hasRoom = false;
    await inReview(scene, ['one', 'two']);
    ports.isFree = async () => hasRoom;
    await scene.world.clock.advance(30_000);
    expect(rowsOf(scene, 'supervisor.stopped')).toEqual([]);
    expect(rowsOf(scene, 'queue.predicted')).toEqual([]);
    // They look free, before and after the branch is foreseen, and are gone when one is taken.
    let nLooks = 0;
    ports.isFree = async () => (nLooks += 1) <= 6;
    await passUntil(scene.world, () => nLooks > 6);
    await scene.world.clock.advance(150_000);
    expect(rowsOf(scene, 'supervisor.stopped')).toEqual([]);
    expect(rowsOf(scene, 'queue.dropped').map(({ change, reason }) => [change, reason])).toEqual([
      ['c2', expect.stringMatching(/^No port from \d+ to \d+ is free\.$/)],
    ]);
    hasRoom = true;
    ports.isFree = isFree;
    await untilProven(scene, 1);
    expect(proven(scene)).toEqual([['c2', 'c1', 'proven']]);
  });

  it('merges no further than what is proven next, and nothing where there is no room', async () => {
    let nMerges = 0;
    const counted = async (hasRoom: boolean) => {
      const scene = await workflowScene({ ...onCpu, config: 'queue: { ahead: 1 }' }, (world) => {
        if (!hasRoom) world.files.freeBytes = async () => 1_000_000_000;
      });
      const { service, clock, store } = scene.world;
      const { mergeTrees } = store;
      await inReview(scene, ['one']);
      const { nodeSources } = service;
      await addNamed(scene, 'two');
      await scene.until('c2', 'reviewing.deciding');
      service.nodeSources = async (url) => {
        await clock.sleep(600_000);
        return nodeSources(url);
      };
      nMerges = 0;
      store.mergeTrees = async (sides) => {
        nMerges += 1;
        return mergeTrees(sides);
      };
      await scene.world.clock.advance(20_000);
      return scene;
    };
    await counted(false);
    expect(nMerges).toBe(0);
    const scene = await counted(true);
    expect(rowsOf(scene, 'queue.predicted')).toHaveLength(1);
    expect(nMerges).toBe(1);
    // The line grows behind what is being proven.
    for (const name of ['three', 'four']) await addNamed(scene, name);
    await scene.world.clock.advance(60_000);
    expect(rowsOf(scene, 'queue.predicted')).toHaveLength(1);
    expect(nMerges).toBe(1);
  });

  it('misses nobody who asks for it while it ends', async () => {
    for (let nTurns = 0; nTurns < 12; nTurns += 1) {
      const { engine } = await startEngine(await createWorld());
      const { all } = engine.host;
      let nLooks = 0;
      engine.host.all = (...given) => {
        nLooks += 1;
        return all(...given);
      };
      const ahead = createAhead(engine, { onFatal: () => undefined, onMoved: () => undefined });
      ahead.look();
      for (let n = 0; n < nTurns; n += 1) await Promise.resolve();
      const before = nLooks;
      ahead.look();
      await settled();
      expect(nLooks, `asked ${nTurns} turns later`).toBeGreaterThan(before);
    }
  });
});

describe('a supervisor that is killed while it proves ahead', () => {
  it('leaves nothing to its successor, who proves it anew', async () => {
    const scene = await workflowScene();
    const { service, clock } = scene.world;
    const { nodeSources } = service;
    await inReview(scene, ['one']);
    service.nodeSources = async (url) => {
      await clock.sleep(60_000);
      return nodeSources(url);
    };
    await addNamed(scene, 'two');
    await passUntil(scene.world, () => rowsOf(scene, 'instance.composed').some(({ run }) => run === 'ahead:c2'));
    await scene.world.clock.advance(1_000);
    await scene.supervisor.kill();
    service.nodeSources = nodeSources;
    startSupervisor(scene.world);
    await untilProven(scene, 1);
    expect(rowsOf(scene, 'queue.dropped')).toMatchObject([
      { change: 'c2', reason: 'the supervisor that proved it is gone' },
    ]);
    expect(rowsOf(scene, 'supervisor.reconciled').at(-1)?.findings).toContain('forgot what was proven ahead of c2');
    expect(proven(scene)).toEqual([['c2', 'c1', 'proven']]);
    await passUntil(
      scene.world,
      () => rowsOf(scene, 'lease.freed').filter(({ run }) => run === 'ahead:c2').length === 2,
    );
    const instances = rowsOf(scene, 'instance.composed').filter(({ run }) => run === 'ahead:c2');
    const ended = rowsOf(scene, 'instance.ended').map(({ instance }) => instance);
    for (const { instance } of instances) expect(ended).toContain(instance);
  });
});
