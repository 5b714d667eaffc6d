import { describe, expect, it } from 'vitest';

import { passUntil, startSupervisor, stateOfSubject } from '../../../fakes/fake-life.ts';
import type { World } from '../../../fakes/fake-world.ts';
import { by, type Scene, supervised } from '../supervisor/supervised-scene.ts';

const prompt = (id: string) => ({ prompt_id: id, extra_data: { api_key_comfy_org: 'sk-very-secret' } });

async function started(service: readonly string[] = ['mode: managed']): Promise<Scene> {
  const scene = await supervised({ service });
  await scene.ask('service.start', { by });
  return scene;
}

const fileOf = async ({ files, context }: World, instance: string): Promise<unknown> => {
  const text = await files.readText(`${context.paths.state}/queues/${instance}.json`);
  return text === undefined ? undefined : (JSON.parse(text) as { prompt_id: string }[]).map((one) => one.prompt_id);
};
const requeued = (scene: Scene) =>
  scene.world.service.requeued.flatMap(({ prompts }) => prompts.map((one) => one['prompt_id']));

describe('a stop of production', () => {
  it('lets the prompt that runs end, and keeps those that wait, and those that come meanwhile', async () => {
    const scene = await started();
    const { service, clock } = scene.world;
    service.begin(8188, prompt('long'));
    service.enqueue(8188, prompt('a'));
    const stopped = scene.ask('service.stop', { by, now: false });
    await clock.advance(1_000);
    expect((await service.queue('http://127.0.0.1:8188')).pending).toEqual([]);
    expect(scene.latest('prompt.awaited')).toMatchObject({ promptId: 'long', limitMs: 600_000 });
    service.enqueue(8188, prompt('b'));
    await clock.advance(1_000);
    service.finish(8188, 'long');
    expect(await stopped).toMatchObject({ sentence: expect.stringContaining('2 pending prompts') as string });
    expect(scene.latest('prompt.ended')).toMatchObject({ promptId: 'long', how: 'finished' });
    expect(await fileOf(scene.world, 'i1')).toEqual(['a', 'b']);
    await scene.ask('service.start', { by });
    expect(requeued(scene)).toEqual(['a', 'b']);
    expect(await fileOf(scene.world, 'i1')).toBeUndefined();
  });

  it.each([
    ['at once when it is asked to', ['mode: managed'], true],
    ['after the configured time', ['mode: managed', 'finish-time: 5s'], false],
  ] as const)(
    'interrupts the prompt that runs %s, and queues it again before the others',
    async (_when, service, now) => {
      const scene = await started(service);
      scene.world.service.begin(8188, prompt('long'));
      scene.world.service.enqueue(8188, prompt('a'));
      const before = scene.world.clock.monotonicMs();
      await scene.ask('service.restart', { by, now });
      expect(scene.world.clock.monotonicMs() - before).toBeLessThan(now ? 2_000 : 8_000);
      expect(scene.latest('prompt.ended')).toMatchObject(now ? {} : { promptId: 'long', how: 'interrupted' });
      expect(requeued(scene)).toEqual(['long', 'a']);
    },
  );

  it('does not bring back a prompt that a person took off the queue after it was copied', async () => {
    const scene = await started(['mode: managed', 'restart: on-failure']);
    const { service, clock } = scene.world;
    service.begin(8188, prompt('long'));
    service.enqueue(8188, prompt('a'), prompt('b'));
    await clock.advance(5_000);
    expect(await fileOf(scene.world, 'i1')).toEqual(['long', 'a', 'b']);
    await service.unqueue('http://127.0.0.1:8188', ['a']);
    await scene.ask('service.restart', { by, now: true });
    expect(requeued(scene)).toEqual(['long', 'b']);
  });

  it('keeps prompts that a stop took off before it was killed, also those that were copied first', async () => {
    const scene = await started(['mode: managed', 'restart: on-failure']);
    const { service, clock } = scene.world;
    service.begin(8188, prompt('long'));
    service.enqueue(8188, prompt('a'));
    await clock.advance(5_000);
    void scene.ask('service.stop', { by, now: false }).catch(() => undefined);
    await passUntil(scene.world, () => scene.latest('prompt.awaited') !== undefined);
    expect((await service.queue('http://127.0.0.1:8188')).pending).toEqual([]);
    await scene.supervisor.kill();
    startSupervisor(scene.world);
    await clock.advance(3_000);
    service.finish(8188, 'long');
    await passUntil(scene.world, () => stateOfSubject(scene.world, 'i1') === 'stopped');
    expect(await fileOf(scene.world, 'i1')).toEqual(['a']);
  });

  it('does not run a prompt twice that began before it was taken off the queue', async () => {
    const scene = await started();
    const { service } = scene.world;
    const { unqueue } = service;
    service.enqueue(8188, prompt('a'), prompt('b'));
    service.unqueue = async (url, ids) => {
      service.unqueue = unqueue;
      await unqueue(url, ids);
      service.begin(8188, prompt('a'));
    };
    const stopped = scene.ask('service.stop', { by, now: false });
    await scene.world.clock.advance(1_000);
    service.finish(8188, 'a');
    await stopped;
    expect(await fileOf(scene.world, 'i1')).toEqual(['b']);
  });

  it('keeps what a server refuses in its file, and offers it to each that is started', async () => {
    const scene = await started();
    const { service } = scene.world;
    service.enqueue(8188, prompt('a'), prompt('bad'), prompt('half'));
    service.boot = () => ({ refuses: { bad: 'refused', half: 'partly' } });
    await scene.ask('service.restart', { by, now: false });
    const reason = 'SaveImage (node 9) was refused';
    expect(scene.latest('queue.restored')).toEqual({
      from: 'i1',
      to: 'i2',
      nAccepted: 2,
      partly: [{ promptId: 'half', reason }],
      refused: [{ promptId: 'bad', reason }],
    });
    expect(await fileOf(scene.world, 'i1')).toEqual(['bad']);
    service.boot = () => ({});
    await scene.ask('service.restart', { by, now: false });
    expect(await fileOf(scene.world, 'i1')).toBeUndefined();
    expect(requeued(scene).filter((one) => one === 'bad')).toHaveLength(1);
    expect(JSON.stringify(scene.world.ledgers.open().read({ limit: 10_000 }))).not.toContain('sk-very-secret');
  });

  it('loses nothing when the supervisor is killed while it waits', async () => {
    const scene = await started();
    const { service, clock } = scene.world;
    service.begin(8188, prompt('long'));
    service.enqueue(8188, prompt('a'));
    const stopped = scene.ask('service.stop', { by, now: false });
    await clock.advance(1_000);
    await scene.supervisor.kill();
    service.enqueue(8188, prompt('b'));
    const next = startSupervisor(scene.world);
    await clock.advance(1_000);
    service.finish(8188, 'long');
    await stopped;
    expect(await fileOf(scene.world, 'i1')).toEqual(['a', 'b']);
    expect(stateOfSubject(scene.world, 'i1')).toBe('stopped');
    await next.stop();
  });

  it('is told within five seconds of its death, and nothing starts it over and over', async () => {
    const scene = await started();
    const { clock, processes } = scene.world;
    await clock.advance(60_000);
    const [server] = processes.services;
    const diedMs = clock.monotonicMs();
    if (server) server.isAlive = false;
    await passUntil(scene.world, () => stateOfSubject(scene.world, 'i1') === 'stopped');
    expect(clock.monotonicMs() - diedMs).toBeLessThan(5_000);
    await clock.advance(600_000);
    expect(processes.services).toHaveLength(1);
  });
});
