import { describe, expect, it } from 'vitest';

import { Fault } from '../../../../src/base/fault.ts';
import { mergeChange } from '../../../../src/engine/changes/merge.ts';
import { switchService } from '../../../../src/engine/changes/switch.ts';
import { findProduction, startProduction } from '../../../../src/engine/instances/production.ts';
import { listRestorePoints } from '../../../../src/engine/restore/points.ts';
import { planUndo } from '../../../../src/engine/restore/targets.ts';
import { homeDir } from '../../../fakes/fake-world.ts';
import { approve, type ChangeScene, changeScene, gated, never, passing, type SceneOptions } from './change-scene.ts';

async function merged(options: SceneOptions & { production?: boolean } = {}): Promise<ChangeScene> {
  const scene = await changeScene(options);
  const { world, engine } = scene;
  if (options.production ?? true) {
    await passing(world, startProduction(engine, { tree: await world.store.treeOf(world.first), signal: never }));
    world.service.enqueue(8188, { prompt_id: 'a' }, { prompt_id: 'b' });
  }
  await gated(scene);
  await approve(scene);
  await passing(world, mergeChange(engine, 'c1'));
  return scene;
}
const switched = (scene: ChangeScene) => passing(scene.world, switchService(scene.engine, 'c1', never));
const onProduction = ({ world }: ChangeScene) =>
  world.processes.services.filter(({ isAlive, spec }) => isAlive && spec.args.includes('8188'));

/** The merged environment does not start on production's port. */
function breakProduction({ world }: ChangeScene): void {
  const [old] = onProduction({ world } as ChangeScene);
  world.service.boot = ({ spec }) =>
    spec.args.includes('8188') && spec.program !== old?.spec.program
      ? { ends: 'dies', log: ['RuntimeError: no kernel image'] }
      : {};
}

describe('switchService', () => {
  it('brings the exact merged tree to the port of production and queues the saved prompts again, once', async () => {
    const scene = await merged();
    expect(await switched(scene)).toEqual({ kind: 'verified' });
    expect(scene.latest('service.switched')).toMatchObject({ outcome: 'switched', requeued: 2, reason: null });
    expect(scene.rows('instance.composed').at(-1)).toMatchObject({
      tree: scene.drafted.proposed,
      port: 8188,
      purpose: 'production',
    });
    expect(onProduction(scene)).toHaveLength(1);
    expect(scene.world.service.requeued).toEqual([{ port: 8188, prompts: [{ prompt_id: 'a' }, { prompt_id: 'b' }] }]);
  });

  it('does nothing a second time', async () => {
    const scene = await merged();
    await switched(scene);
    await scene.restart();
    expect(await switched(scene)).toEqual({ kind: 'verified' });
    expect(scene.rows('service.switched')).toHaveLength(1);
    expect(scene.world.service.requeued).toHaveLength(1);
  });

  it('counts the time from the last answer of the old to the first of the new, also after a kill', async () => {
    const scene = await merged();
    const { world } = scene;
    const [old] = onProduction(scene);
    world.service.begin(8188, { prompt_id: 'long' });
    let isSlow = true;
    world.service.boot = ({ pid }) => (isSlow && pid !== old?.pid ? { ends: 'silent' } : {});
    switchService(scene.engine, 'c1', never).catch(() => undefined);
    await world.clock.advance(30_000);
    world.service.finish(8188, 'long');
    await world.clock.advance(5_000);
    await scene.restart();
    await world.clock.advance(60_000);
    isSlow = false;
    scene.engine.host.startRestored();
    expect(await switched(scene)).toEqual({ kind: 'verified' });
    const { downMs } = scene.latest('service.switched') ?? {};
    // The thirty seconds in which the old one finished its prompt are none.
    expect(downMs).toBeGreaterThanOrEqual(60_000);
    expect(downMs).toBeLessThan(70_000);
  });

  it('keeps the prompts in their file when the new server does not take them', async () => {
    const scene = await merged();
    const { world } = scene;
    const instance = findProduction(scene.engine) ?? '';
    world.service.requeue = () => Promise.reject(new Fault('INSTANCE_UNHEALTHY', 'It refuses the prompts.'));
    expect(await switched(scene)).toEqual({ kind: 'verified' });
    expect(scene.latest('service.switched')).toMatchObject({ outcome: 'switched', requeued: 0 });
    expect(
      JSON.parse((await world.files.readText(`${scene.engine.paths.state}/queues/${instance}.json`)) ?? '[]'),
    ).toHaveLength(2);
  });

  it('starts nothing where production was not running', async () => {
    const scene = await merged({ production: false });
    expect(await switched(scene)).toEqual({ kind: 'verified' });
    expect(scene.latest('service.switched')).toMatchObject({ outcome: 'not-running', instance: null });
    expect(onProduction(scene)).toEqual([]);
  });

  it('leaves production alone when the merge touches nothing that it is made of', async () => {
    const scene = await merged({ edits: { 'docs/env-setup/a.md': 'a\n' } });
    const [before] = onProduction(scene);
    expect(await switched(scene)).toEqual({ kind: 'verified' });
    expect(scene.latest('service.switched')).toMatchObject({ outcome: 'unaffected', downMs: null });
    expect(onProduction(scene)).toEqual([before]);
  });

  it('takes the merge back in a new commit with its own restore point when production does not become healthy', async () => {
    const scene = await merged();
    const { world } = scene;
    const mergeCommit = world.home.head();
    breakProduction(scene);
    expect(await switched(scene)).toMatchObject({
      kind: 'reverted',
      fault: {
        code: 'INSTANCE_BOOT_FAILED',
        message: expect.stringContaining('RuntimeError: no kernel image') as string,
      },
    });
    const { parents, tree, message } = await world.store.commitFacts(world.home.head());
    expect(parents).toEqual([mergeCommit]);
    expect(tree).toBe(await world.store.treeOf(world.first));
    expect(message).toContain('Reason: The service ended before it answered: RuntimeError: no kernel image');
    expect((await listRestorePoints(scene.engine)).map((one) => one.name).at(-1)).toBe(
      '0002-revert-upgrade-numpy-2-0-0-2-1-0',
    );
  });

  it('runs the old tree again after that, with the prompts queued once, and home has the old files', async () => {
    const scene = await merged();
    breakProduction(scene);
    await switched(scene);
    const before = await scene.world.store.treeOf(scene.world.first);
    expect(scene.rows('instance.composed').at(-1)).toMatchObject({ tree: before, port: 8188 });
    expect(onProduction(scene)).toHaveLength(1);
    expect(scene.latest('service.switched')).toMatchObject({ outcome: 'reverted', requeued: 2 });
    expect(scene.world.service.requeued).toHaveLength(1);
    expect(await scene.world.files.readText(`${homeDir}/requirements.lock`)).toContain('numpy===2.0.0');
    expect(await scene.world.home.dirtyPaths(scene.world.home.head())).toEqual([]);
  });

  it('does not throw away a commit that a person makes while the merge is taken back', async () => {
    const scene = await merged();
    breakProduction(scene);
    const byHand = scene.world.home.commitByHand({ 'docs/mine.md': 'mine\n' });
    await switched(scene).catch(() => undefined);
    expect(scene.world.store.objects.has(byHand) || scene.world.home.objects.has(byHand)).toBe(true);
    const history = scene.world.home.objects.history(scene.world.home.head(), 10);
    expect(history).toContain(byHand);
  });

  it('stops a server that does not answer all the same', async () => {
    const scene = await merged();
    const [old] = onProduction(scene);
    if (old !== undefined) old.isAlive = false;
    expect(await switched(scene)).toEqual({ kind: 'verified' });
    expect(scene.latest('service.switched')).toMatchObject({ outcome: 'switched', requeued: 0 });
  });
});

describe('planUndo', () => {
  it('takes back the newest merge', async () => {
    const scene = await merged({ production: false });
    const [, upgrade] = await listRestorePoints(scene.engine);
    const target = await planUndo(scene.engine, upgrade?.commit ?? scene.world.first);
    expect(target).toMatchObject({
      commit: scene.world.first,
      proposed: await scene.world.store.treeOf(scene.world.first),
    });
    expect(target.title).toMatch(/^undo /);
  });

  it('does not bring back a merge that production did not survive', async () => {
    const scene = await merged();
    breakProduction(scene);
    expect(await switched(scene)).toMatchObject({ kind: 'reverted' });
    const revert = (await listRestorePoints(scene.engine)).at(-1);
    expect(revert?.manifest.made).toBe('revert');
    await expect(planUndo(scene.engine, revert?.commit ?? scene.world.first)).rejects.toMatchObject({
      code: 'NOTHING_TO_DO',
    });
  });
});
