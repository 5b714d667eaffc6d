import { describe, expect, it } from 'vitest';

import type { SwitchOutput } from '../../../../src/domain/machines/change.machine.ts';
import { mergeChange } from '../../../../src/engine/changes/merge.ts';
import { switchService } from '../../../../src/engine/changes/switch.ts';
import { findProduction, startProduction } from '../../../../src/engine/instances/production.ts';
import type { FakeService } from '../../../fakes/fake-processes.ts';
import { homeDir } from '../../../fakes/fake-world.ts';
import { approve, type ChangeScene, changeScene, gated, never, passing } from './change-scene.ts';

/** A merged change whose old tree is production, with two prompts in its queue. */
async function merged(watchTime = '5s', options: { isRunning?: boolean } = {}): Promise<ChangeScene> {
  const scene = await changeScene({ service: ['mode: managed', `watch-time: ${watchTime}`] });
  const { world, engine } = scene;
  if (options.isRunning ?? true) {
    await passing(world, startProduction(engine, { tree: await world.store.treeOf(world.first), signal: never }));
    world.service.enqueue(8188, { prompt_id: 'a' }, { prompt_id: 'b' });
  }
  await gated(scene);
  await approve(scene);
  await passing(world, mergeChange(engine, 'c1'));
  return scene;
}

/** The server on production's port. */
const server = ({ world }: ChangeScene): FakeService =>
  world.processes.services.findLast(({ isAlive, spec }) => isAlive && spec.args.includes('8188')) as FakeService;

/** Switches until the new one was proven and watched for so long. */
async function watching(scene: ChangeScene, ms: number): Promise<{ over: Promise<SwitchOutput>; next: FakeService }> {
  const over = switchService(scene.engine, 'c1', never);
  over.catch(() => undefined);
  for (let n = 0; n < 500 && scene.latest('watch.started') === undefined; n += 1) await scene.world.clock.advance(20);
  expect(scene.latest('watch.started')).toBeDefined();
  await scene.world.clock.advance(ms);
  return { over, next: server(scene) };
}

const lockInHome = ({ world }: ChangeScene) => world.files.readText(`${homeDir}/requirements.lock`);
const queuesOf = ({ world, engine }: ChangeScene) => world.files.list(`${engine.paths.state}/queues`);

describe('the watch after a switch', () => {
  it('holds when the new one answers to the end of the time, and tells for how long and how often', async () => {
    const scene = await merged();
    const { over, next } = await watching(scene, 4_900);
    expect(scene.latest('service.switched')).toBeUndefined();
    await scene.world.clock.advance(200);
    expect(await over).toEqual({ kind: 'verified' });
    expect(scene.latest('service.switched')).toMatchObject({
      outcome: 'switched',
      requeued: 2,
      watched: { ms: 5_000, nAnswers: 6, isInterrupted: false },
    });
    expect(server(scene)).toBe(next);
    expect(scene.world.service.requeued).toHaveLength(1);
    expect(await queuesOf(scene)).toEqual([]);
  });

  it('takes the merge back when its process dies, with the reason, the old tree and every prompt that was left', async () => {
    const scene = await merged();
    const { over, next } = await watching(scene, 100);
    // What comes while it is watched is not lost; what has run does not run again.
    scene.world.service.enqueue(8188, { prompt_id: 'c' });
    await scene.world.service.unqueue('http://127.0.0.1:8188', ['a']);
    await scene.world.clock.advance(2_000);
    scene.world.files.put(next.spec.logPath, 'Traceback\nRuntimeError: CUDA error: an illegal memory access\n');
    next.isAlive = false;
    expect(await passing(scene.world, over)).toMatchObject({
      kind: 'reverted',
      fault: {
        code: 'INSTANCE_UNHEALTHY',
        message: expect.stringMatching(/did not stay healthy[^]*its log says: RuntimeError: CUDA error/) as string,
      },
    });
    expect(scene.latest('watch.ended')).toMatchObject({ outcome: 'ended', nAnswers: 3 });
    expect(scene.latest('service.switched')).toMatchObject({ outcome: 'reverted', requeued: 2 });
    expect(await lockInHome(scene)).toContain('numpy===2.0.0');
    expect(scene.rows('instance.composed').at(-1)).toMatchObject({
      tree: await scene.world.store.treeOf(scene.world.first),
      port: 8188,
    });
    expect(scene.world.service.requeued.at(-1)?.prompts).toEqual([{ prompt_id: 'b' }, { prompt_id: 'c' }]);
    expect(await queuesOf(scene)).toEqual([]);
    expect(findProduction(scene.engine)).toBe(scene.rows('instance.composed').at(-1)?.instance);
  });

  it('says so when a prompt was running', async () => {
    const scene = await merged();
    const { over, next } = await watching(scene, 100);
    scene.world.service.begin(8188, { prompt_id: 'heavy' });
    await scene.world.clock.advance(1_000);
    next.isAlive = false;
    await passing(scene.world, over);
    expect(scene.latest('service.switched')?.reason).toContain('a prompt was running');
    expect(scene.world.service.requeued.at(-1)?.prompts[0]).toEqual({ prompt_id: 'heavy', deaths: 1 });
  });

  it('takes the merge back when it is silent for longer than the limit, and stops it', async () => {
    const scene = await merged();
    const { over, next } = await watching(scene, 2_500);
    const answering = scene.world.service.boot;
    scene.world.service.boot = (started) => (started === next ? { ends: 'silent' } : answering(started));
    await scene.world.clock.advance(14_000);
    expect(scene.latest('watch.ended')).toBeUndefined();
    expect(await passing(scene.world, over)).toMatchObject({ kind: 'reverted' });
    expect(scene.latest('watch.ended')).toMatchObject({
      outcome: 'silent',
      reason: expect.stringMatching(/^The service fell silent: no answer for 15\.\d s/) as string,
    });
    expect(next.isAlive).toBe(false);
    expect(scene.world.service.requeued.at(-1)?.prompts).toEqual([{ prompt_id: 'a' }, { prompt_id: 'b' }]);
  });

  it('bears a short silence, and does not end within one', async () => {
    const scene = await merged();
    const { over, next } = await watching(scene, 2_500);
    scene.world.service.boot = (started) => (started === next ? { ends: 'silent' } : {});
    await scene.world.clock.advance(6_000);
    expect(scene.latest('watch.ended')).toBeUndefined();
    scene.world.service.boot = () => ({});
    expect(await passing(scene.world, over)).toEqual({ kind: 'verified' });
    expect(scene.latest('service.switched')?.watched?.ms).toBeGreaterThan(8_000);
  });

  it('goes on after a kill for the rest of the time, and starts and queues nothing twice', async () => {
    const scene = await merged();
    const { next } = await watching(scene, 3_000);
    await scene.restart();
    const over = switchService(scene.engine, 'c1', never);
    await scene.world.clock.advance(1_500);
    expect(scene.latest('service.switched')).toBeUndefined();
    await scene.world.clock.advance(600);
    expect(await over).toEqual({ kind: 'verified' });
    expect(scene.latest('service.switched')).toMatchObject({
      requeued: 2,
      watched: { ms: 5_000, nAnswers: 3, isInterrupted: true },
    });
    expect(scene.rows('watch.started')).toHaveLength(1);
    expect(server(scene)).toBe(next);
    expect(scene.world.service.requeued).toHaveLength(1);
  });

  it('looks once when the time was over before somebody went on', async () => {
    const scene = await merged();
    await watching(scene, 1_000);
    await scene.restart();
    await scene.world.clock.advance(60_000);
    expect(await passing(scene.world, switchService(scene.engine, 'c1', never))).toEqual({ kind: 'verified' });
    expect(scene.latest('service.switched')?.watched).toMatchObject({ nAnswers: 1, isInterrupted: true });
  });

  it('does not try the new one again that died while nobody watched', async () => {
    const scene = await merged();
    const { next } = await watching(scene, 1_000);
    await scene.restart();
    next.isAlive = false;
    const nStarts = scene.world.processes.services.length;
    expect(await passing(scene.world, switchService(scene.engine, 'c1', never))).toMatchObject({ kind: 'reverted' });
    // The old one, and nothing else.
    expect(scene.world.processes.services).toHaveLength(nStarts + 1);
    expect(scene.world.service.requeued.at(-1)?.prompts).toEqual([{ prompt_id: 'a' }, { prompt_id: 'b' }]);
    expect(await lockInHome(scene)).toContain('numpy===2.0.0');
  });

  it('ends the same when it is killed again while the merge is taken back', async () => {
    const scene = await merged();
    const { next } = await watching(scene, 1_000);
    next.isAlive = false;
    scene.world.service.boot = (started) => (started === next ? { ends: 'dies' } : { ends: 'silent' });
    for (let n = 0; n < 50 && scene.rows('branch.moved').length < 2; n += 1) await scene.world.clock.advance(100);
    expect(scene.rows('branch.moved')).toHaveLength(2);
    expect(scene.latest('service.switched')).toBeUndefined();
    await scene.restart();
    scene.world.service.boot = () => ({});
    scene.engine.host.startRestored();
    expect(await passing(scene.world, switchService(scene.engine, 'c1', never))).toMatchObject({ kind: 'reverted' });
    expect(scene.rows('watch.ended')).toHaveLength(1);
    expect(scene.latest('service.switched')).toMatchObject({ outcome: 'reverted', requeued: 2 });
    expect(scene.world.service.requeued.at(-1)?.prompts).toEqual([{ prompt_id: 'a' }, { prompt_id: 'b' }]);
  });

  it('is counted on a clock that nobody sets', async () => {
    const scene = await merged();
    const { over } = await watching(scene, 1_000);
    scene.world.clock.setNowMs(scene.world.clock.nowMs() + 3_600_000);
    await scene.world.clock.advance(2_000);
    expect(scene.latest('watch.ended')).toBeUndefined();
    await scene.world.clock.advance(2_100);
    expect(await over).toEqual({ kind: 'verified' });
  });

  it('is none where production was not running', async () => {
    const scene = await merged('5s', { isRunning: false });
    expect(await passing(scene.world, switchService(scene.engine, 'c1', never))).toEqual({ kind: 'verified' });
    expect(scene.latest('service.switched')).toMatchObject({ outcome: 'not-running' });
    expect(scene.latest('service.switched')).not.toHaveProperty('watched');
    expect(scene.rows('watch.started')).toEqual([]);
  });

  it('claims nothing where it is switched off', async () => {
    const scene = await merged('0s');
    expect(await passing(scene.world, switchService(scene.engine, 'c1', never))).toEqual({ kind: 'verified' });
    expect(scene.latest('service.switched')).not.toHaveProperty('watched');
    expect(scene.rows('watch.started')).toEqual([]);
    // Without the watch a death right after the proof is nothing that the change learns of.
    server(scene).isAlive = false;
    expect(scene.latest('service.switched')).toMatchObject({ outcome: 'switched' });
    expect(await lockInHome(scene)).toContain('numpy===2.1.0');
  });
});

describe('F23: the wall clock is set while nobody watches', () => {
  it.each([24 * 3_600_000, -24 * 3_600_000])(
    'by %i ms: no longer watch is claimed than was asked for',
    async (jumpMs) => {
      const scene = await merged();
      await watching(scene, 1_000);
      await scene.restart();
      const { clock } = scene.world;
      clock.setNowMs(clock.nowMs() + jumpMs);
      expect(await passing(scene.world, switchService(scene.engine, 'c1', never))).toEqual({ kind: 'verified' });
      const watched = scene.latest('service.switched')?.watched;
      expect(watched).toMatchObject({ isInterrupted: true });
      expect(watched?.ms).toBeLessThan(7_000);
    },
  );
});
