import { describe, expect, it } from 'vitest';

import { by, type Scene, supervised } from '../supervisor/supervised-scene.ts';

const url = 'http://127.0.0.1:8188';
const prompt = (id: string) => ({ prompt_id: id, extra_data: {} });
const ids = (list: readonly { readonly prompt_id?: unknown }[]) => list.map((one) => one.prompt_id);

async function started(): Promise<Scene> {
  const scene = await supervised({ service: ['mode: managed'] });
  await scene.ask('service.start', { by });
  return scene;
}

describe('a prompt that a person cancels', () => {
  it('is taken back whether it runs or waits, and no other one is', async () => {
    const scene = await started();
    const { service } = scene.world;
    service.begin(8188, prompt('long'));
    service.enqueue(8188, prompt('a'), prompt('b'));
    expect(await scene.ask('prompt.cancel', { promptId: 'a', by })).toMatchObject({
      sentence: 'a was waiting and is off the queue.',
    });
    expect(scene.latest('prompt.cancelled')).toEqual({ promptId: 'a', port: 8188, was: 'waiting', by });
    const queue = await service.queue(url);
    expect([ids(queue.active), ids(queue.pending)]).toEqual([['long'], ['b']]);
    await scene.ask('prompt.cancel', { promptId: 'long', by });
    expect(await service.history(url, 'long')).toEqual({ kind: 'interrupted' });
    expect(ids((await service.queue(url)).pending)).toEqual(['b']);
  });

  it('is cancelled while a stop waits for it: the stop goes on at once', async () => {
    const scene = await started();
    scene.world.service.begin(8188, prompt('long'));
    const stopped = scene.ask('service.stop', { by, now: false });
    await scene.world.clock.advance(1_000);
    expect(await scene.ask('prompt.cancel', { promptId: 'long', by })).toMatchObject({ kind: 'accepted' });
    expect(await stopped).toMatchObject({ kind: 'accepted' });
  });

  it('does not come back by the copy of the queue that a death falls back on', async () => {
    const scene = await supervised({ service: ['mode: managed', 'restart: on-failure'] });
    await scene.ask('service.start', { by });
    const { service, clock, files, context } = scene.world;
    service.enqueue(8188, prompt('a'), prompt('b'));
    await clock.advance(5_000);
    const copied = async () => JSON.stringify(await files.readText(`${context.paths.state}/queues/i1.json`));
    expect(await copied()).toMatch(/"a.*"b/);
    await scene.ask('prompt.cancel', { promptId: 'a', by });
    expect(await copied()).not.toContain('"a');
    expect(await copied()).toContain('"b');
  });

  it('is told to be gone where it is, and refused where nothing runs', async () => {
    const scene = await started();
    expect(await scene.ask('prompt.cancel', { promptId: 'x', by })).toMatchObject({ sentence: 'x was gone by then.' });
    await scene.ask('service.stop', { by, now: false });
    expect(await scene.ask('prompt.cancel', { promptId: 'x', by })).toMatchObject({
      kind: 'refused',
      fault: { code: 'SERVICE_NOT_RUNNING' },
    });
  });
});

describe('production’s memory', () => {
  it('is freed, and what came of it is on record', async () => {
    const scene = await started();
    await scene.ask('service.free', { by });
    expect(scene.world.service.freed).toEqual([8188]);
    expect(scene.latest('service.freed')).toMatchObject({ beforeBytes: 8e9, afterBytes: 16e9, nBusy: 0 });
  });

  it('waits for what runs, and nobody waits for that', async () => {
    const scene = await started();
    scene.world.service.begin(8188, prompt('long'));
    const beforeMs = scene.world.clock.monotonicMs();
    await scene.ask('service.free', { by });
    expect(scene.latest('service.freed')).toMatchObject({ nBusy: 1 });
    expect(scene.world.clock.monotonicMs() - beforeMs).toBeLessThan(2_000);
  });
});

describe('an instance that is proven', () => {
  it('is asked what it can, and that is on record', async () => {
    const scene = await supervised({ service: ['mode: managed'] });
    scene.world.service.boot = () => ({ can: { jobs: true, maxUploadBytes: null } });
    await scene.ask('service.start', { by });
    expect(scene.latest('instance.proven')?.can).toEqual({
      prefix: '/api',
      jobs: true,
      previewMetadata: true,
      maxUploadBytes: null,
    });
  });
});
