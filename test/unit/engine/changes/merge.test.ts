import { describe, expect, it } from 'vitest';

import { Fault } from '../../../../src/base/fault.ts';
import type { CommitId } from '../../../../src/base/ids.ts';
import { dataOf, row } from '../../../../src/domain/journal/kinds.ts';
import { mergeChange } from '../../../../src/engine/changes/merge.ts';
import { createPerformer } from '../../../../src/engine/effects/perform.ts';
import { listRestorePoints } from '../../../../src/engine/restore/points.ts';
import { planRestoreTo } from '../../../../src/engine/restore/targets.ts';
import type { Ledger } from '../../../../src/ports/index.ts';
import { homeDir } from '../../../fakes/fake-world.ts';
import { approve, type ChangeScene, changeScene, gated, passing, type SceneOptions } from './change-scene.ts';

const approved = async (options?: SceneOptions, before?: (scene: ChangeScene) => void): Promise<ChangeScene> => {
  const scene = await changeScene(options);
  before?.(scene);
  await gated(scene);
  await approve(scene);
  return scene;
};
const merge = (scene: ChangeScene) => passing(scene.world, mergeChange(scene.engine, 'c1'));
const done = (scene: ChangeScene) =>
  scene
    .rows('effect.done')
    .filter((one) => one.key.startsWith('merge:'))
    .map((one) => one.name);

describe('mergeChange', () => {
  it('writes commit and restore point before the branch moves, and the files last', async () => {
    const scene = await approved();
    expect(await merge(scene)).toEqual({ kind: 'merged' });
    expect(done(scene)).toEqual([
      'fix what merges',
      'write commit and restore tags',
      'publish the restore point',
      'move the branch',
      "bring home's files",
    ]);
    const kinds = scene.world.ledgers
      .open()
      .read({ limit: 1_000 })
      .map((entry) => entry.kind);
    expect(kinds.indexOf('restore.created', 10)).toBeLessThan(kinds.indexOf('branch.moved'));
    expect(kinds.indexOf('branch.moved')).toBeLessThan(kinds.indexOf('home.applied'));
    expect(scene.world.home.moves.map((one) => one.ref)).toEqual([
      'refs/tags/restore/0001-upgrade-numpy-2-0-0-2-1-0',
      'refs/heads/main',
    ]);
  });

  it('makes one commit of the exact tree on the base, with trailers that name everybody', async () => {
    const scene = await approved();
    await merge(scene);
    const head = scene.world.home.head();
    const { tree, parents, message } = await scene.world.store.commitFacts(head);
    expect(tree).toBe(scene.drafted.proposed);
    expect(parents).toEqual([scene.world.first]);
    expect(message).toMatchInlineSnapshot(`
      "upgrade numpy 2.0.0 → 2.1.0

      - numpy 2.0.0 -> 2.1.0

      Run: r1
      Change: c1
      Agent: package-manager, validation-engineer
      Reviewed-by: anna (person)
      Restore-point: restore/0001-upgrade-numpy-2-0-0-2-1-0
      "
    `);
  });

  it('names in the restore point the commit, its environment with the digest of its files, and the journal', async () => {
    const scene = await approved();
    await merge(scene);
    const points = await listRestorePoints(scene.engine);
    const { manifest, commit } = points.at(-1) ?? {};
    expect(manifest).toMatchObject({
      number: 1,
      commit: scene.world.home.head(),
      tree: scene.drafted.proposed,
      made: 'merge',
      run: 'r1',
      change: 'c1',
    });
    expect(manifest?.environmentDigest).toMatch(/^[0-9a-f]{64}$/);
    expect(commit).toBe(scene.world.home.head());
    const seq = manifest?.journal.seq ?? 0;
    expect(scene.world.ledgers.open().read({ limit: 1_000 })[seq - 1]?.hash).toBe(manifest?.journal.hash);
  });

  it('makes a restore point for a base that a person committed by hand, before its own', async () => {
    const scene = await approved({}, ({ world }) => void world.home.commitByHand({ 'docs/mine.md': 'mine\n' }));
    const byHand = scene.world.home.head();
    await merge(scene);
    const points = await listRestorePoints(scene.engine);
    expect(points.map(({ name, manifest, commit }) => [name, manifest.made, commit])).toEqual([
      ['0000-adopted', 'init', scene.world.first],
      ['0001-by-hand', 'by-hand', byHand],
      ['0002-upgrade-numpy-2-0-0-2-1-0', 'merge', scene.world.home.head()],
    ]);
    expect(scene.world.home.moves.map((one) => one.ref.split('/').at(-1))).toEqual([
      '0001-by-hand',
      '0002-upgrade-numpy-2-0-0-2-1-0',
      'main',
    ]);
  });

  it('brings home the files, and keeps what the person has edited meanwhile', async () => {
    const scene = await approved({
      edits: { 'requirements.in': '# other\nnumpy\n', 'docs/env-setup/new.md': 'new\n' },
    });
    scene.world.files.put(`${homeDir}/requirements.in`, 'mine\n');
    await merge(scene);
    expect(scene.latest('home.applied')).toEqual({
      change: 'c1',
      written: ['docs/env-setup/new.md'],
      kept: ['requirements.in'],
      indexRefreshed: true,
    });
    expect(await scene.world.files.readText(`${homeDir}/requirements.in`)).toBe('mine\n');
  });

  it('moves nothing and says so when the branch moved between admission and merge', async () => {
    const scene = await approved();
    const byHand = scene.world.home.commitByHand({ 'docs/mine.md': 'mine\n' });
    expect(await merge(scene)).toEqual({ kind: 'moved' });
    expect(scene.world.home.head()).toBe(byHand);
    expect(scene.rows('branch.moved')).toEqual([]);
    expect(scene.rows('home.applied')).toEqual([]);
  });

  it('merges after all when it was gated and approved again on the branch that moved', async () => {
    const scene = await approved();
    const byHand = scene.world.home.commitByHand({ 'docs/mine.md': 'mine\n' });
    await merge(scene);
    await gated(scene);
    await approve(scene);
    expect(await merge(scene)).toEqual({ kind: 'merged' });
    expect((await scene.world.store.commitFacts(scene.world.home.head())).parents).toEqual([byHand]);
  });

  it('voids its restore point when a person wins the race for the branch, and offers it to nobody', async () => {
    const scene = await approved();
    const { home } = scene.world;
    const { updateRefs } = home;
    home.updateRefs = (updates) => {
      home.updateRefs = updates.some(({ ref }) => ref === home.branchRef) ? updateRefs : home.updateRefs;
      if (home.updateRefs === updateRefs) home.commitByHand({ 'docs/mine.md': 'mine\n' });
      return updateRefs(updates);
    };
    expect(await merge(scene)).toEqual({ kind: 'moved' });
    expect(scene.rows('restore.voided')).toEqual([
      { number: 1, tag: 'restore/0001-upgrade-numpy-2-0-0-2-1-0', change: 'c1' },
    ]);
    expect((await listRestorePoints(scene.engine)).map((one) => one.isVoid)).toEqual([false, true]);
    await expect(planRestoreTo(scene.engine, home.head(), '1')).rejects.toMatchObject({ code: 'RESTORE_NOT_FOUND' });
    await gated(scene);
    await approve(scene);
    expect(await merge(scene)).toEqual({ kind: 'merged' });
    // Its number is not given away again.
    expect(
      (await listRestorePoints(scene.engine)).map(({ manifest, isVoid }) => [manifest.number, manifest.made, isVoid]),
    ).toEqual([
      [0, 'init', false],
      [1, 'merge', true],
      [2, 'by-hand', false],
      [3, 'merge', false],
    ]);
  });

  it('knows its merge again below a commit that a person made before a kill was noticed', async () => {
    const scene = await approved();
    const { home } = scene.world;
    const { updateRefs } = home;
    home.updateRefs = async (updates) => {
      const outcome = await updateRefs(updates);
      if (!updates.some(({ ref }) => ref === home.branchRef)) return outcome;
      home.updateRefs = updateRefs;
      home.commitByHand({ 'docs/mine.md': 'mine\n' });
      throw new Fault('EPOCH_OLD', 'killed');
    };
    await expect(merge(scene)).rejects.toMatchObject({ code: 'EPOCH_OLD' });
    const byHand = home.head();
    await scene.restart();
    expect(await merge(scene)).toEqual({ kind: 'merged' });
    expect(home.head()).toBe(byHand);
    expect(scene.rows('restore.voided')).toEqual([]);
    expect(await scene.world.files.readText(`${homeDir}/requirements.lock`)).toContain('numpy===2.1.0');
  });

  it('refuses without an approval of exactly this', async () => {
    const scene = await changeScene();
    await gated(scene);
    await expect(mergeChange(scene.engine, 'c1')).rejects.toMatchObject({ code: 'CHANGE_MOVED' });
    expect(scene.world.home.moves).toEqual([]);
  });

  it('does nothing a second time', async () => {
    const scene = await approved();
    await merge(scene);
    const head = scene.world.home.head();
    await scene.world.clock.advance(60_000);
    expect(await merge(scene)).toEqual({ kind: 'merged' });
    expect(scene.world.home.head()).toBe(head);
    expect(scene.rows('branch.moved')).toHaveLength(1);
  });

  it('finishes the same commit and tags from after each of its rows', async () => {
    const straight = await approved();
    await merge(straight);
    const expected = {
      head: straight.world.home.head(),
      moves: straight.world.home.moves.map(({ ref, to }) => ({ ref, to })),
    };
    // The first two rows fix the time; from then on an hour later gives the same.
    for (let nRows = 2; nRows < 13; nRows += 1) {
      const scene = await approved();
      await killedAfterRows(scene, nRows);
      await scene.world.clock.advance(3_600_000);
      await scene.restart();
      expect(await merge(scene)).toEqual({ kind: 'merged' });
      expect(
        { head: scene.world.home.head(), moves: scene.world.home.moves.map(({ ref, to }) => ({ ref, to })) },
        `after ${nRows} rows`,
      ).toEqual(expected);
      expect(scene.rows('branch.moved')).toHaveLength(1);
      expect(scene.rows('restore.created')).toHaveLength(2);
    }
  });

  it('merges one change at a time, in the order of the queue', async () => {
    const scene = await approved();
    const order: string[] = [];
    const { engine } = scene;
    for (const change of ['c2', 'c9', 'c10', 'c5']) {
      const drafted = row('change.drafted', { ...scene.drafted, change }, { run: 'r1', keys: [`change:${change}`] });
      await engine.ledger.append([drafted]);
      await scene.world.clock.advance(1_000);
    }
    const turn = (change: string) => engine.inMergeTurn(change, async () => void order.push(change));
    let go = (): void => {};
    const first = engine.inMergeTurn('c5', () => new Promise<void>((resolve) => void (go = resolve)));
    const others = [turn('c9'), turn('c10'), turn('c2')];
    go();
    await Promise.all([first, ...others]);
    expect(order).toEqual(['c2', 'c9', 'c10']);
  });
});

/** Merges in a process whose ledger dies with the row number `nRows`. */
async function killedAfterRows({ engine }: ChangeScene, nRows: number): Promise<void> {
  const { ledger } = engine;
  let left = nRows;
  const mortal: Ledger = {
    acquire: () => ledger.acquire(),
    overtake: (epoch) => ledger.overtake(epoch),
    isHeld: () => ledger.isHeld(),
    async append(rows, answers) {
      if (left === 0) throw new Fault('EPOCH_OLD', 'killed');
      left -= 1;
      return ledger.append(rows, answers);
    },
    read: (options) => ledger.read(options),
    latest: (key) => ledger.latest(key),
    head: () => ledger.head(),
    follow: (options) => ledger.follow(options),
    verify: () => ledger.verify(),
    request: (kind, data) => ledger.request(kind, data),
    findRequest: (id) => ledger.findRequest(id),
    openRequests: () => ledger.openRequests(),
    waitForBell: (timeoutMs, signal) => ledger.waitForBell(timeoutMs, signal),
    close: () => ledger.close(),
  };
  const { perform } = createPerformer({ ledger: mortal, clock: engine.outside.clock });
  const merging = mergeChange({ ...engine, perform, ledger: mortal }, 'c1');
  await expect(merging).rejects.toMatchObject({ code: 'EPOCH_OLD' });
}

it('finds the merge by its commit in the journal', async () => {
  const scene = await approved();
  await merge(scene);
  const moved = dataOf('branch.moved', scene.world.ledgers.open().latest('branch'));
  expect(moved?.to as CommitId).toBe(scene.world.home.head());
});
