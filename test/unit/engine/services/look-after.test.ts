import { describe, expect, it } from 'vitest';

import { Fault } from '../../../../src/base/fault.ts';
import { diesAfter, passUntil, startSupervisor } from '../../../fakes/fake-life.ts';
import { by, type Scene, supervised } from '../supervisor/supervised-scene.ts';

const restarts = ['mode: managed', 'watch-time: 200ms', 'restart: on-failure', 'restart-most: 2'];

/** Production that is up. `dies` ends its process as a crash does. */
async function up(service?: readonly string[]): Promise<Scene & { dies(): void; port: number }> {
  const scene = await supervised(service === undefined ? {} : { service });
  await scene.ask('service.start', { by });
  const newest = () => scene.world.processes.services.at(-1);
  const args = newest()?.spec.args ?? [];
  return {
    ...scene,
    port: Number(args[args.indexOf('--port') + 1]),
    dies: () => {
      const service = newest();
      if (service !== undefined) service.isAlive = false;
    },
  };
}

describe('production that dies', () => {
  it('is told within five seconds and stays down by default', async () => {
    const scene = await up();
    const diedMs = scene.world.clock.nowMs();
    scene.dies();
    await passUntil(scene.world, () => scene.latest('service.judged') !== undefined);
    expect(scene.world.clock.nowMs() - diedMs).toBeLessThanOrEqual(5_000);
    expect(scene.latest('service.judged')).toMatchObject({
      instance: 'i1',
      restarts: false,
      reason: 'service.restart is never',
    });
    await scene.world.clock.advance(120_000);
    expect(scene.world.processes.services.filter(({ isAlive }) => isAlive)).toEqual([]);
  });

  it('is told by the next supervisor where one was killed between its row and the alert', async () => {
    const scene = await up();
    await scene.supervisor.kill();
    const dead = diesAfter(scene.world, 'service.judged');
    startSupervisor(scene.world);
    scene.dies();
    await passUntil(scene.world, () => dead.isDead);
    expect(scene.latest('alert.raised')).toBeUndefined();
    startSupervisor(scene.world);
    await passUntil(scene.world, () => scene.latest('alert.raised') !== undefined);
    expect(scene.latest('alert.raised')).toMatchObject({
      key: 'service:down',
      sentence: 'Production i1 died; it stays down: service.restart is never.',
    });
    expect(scene.world.ledgers.open().read({ kinds: ['service.judged'], limit: 9 })).toHaveLength(1);
  });

  it('is over by the next supervisor where one was killed before its alert was ended', async () => {
    const scene = await up(restarts);
    await scene.supervisor.kill();
    const dead = diesAfter(scene.world, 'service.back');
    startSupervisor(scene.world);
    scene.dies();
    await passUntil(scene.world, () => dead.isDead);
    expect(scene.latest('alert.ended')).toBeUndefined();
    startSupervisor(scene.world);
    await passUntil(scene.world, () => scene.latest('alert.ended') !== undefined);
    expect(scene.latest('alert.ended')).toMatchObject({ key: 'service:down' });
  });

  it('is started again where the rule says so, and has its prompts back', async () => {
    const scene = await up(restarts);
    const prompt = { number: 1, prompt_id: 'p1', prompt: {}, extra_data: {}, outputs: [] };
    scene.world.service.enqueue(scene.port, prompt);
    await scene.world.clock.advance(6_000);
    scene.dies();
    await passUntil(scene.world, () => scene.latest('service.back') !== undefined);
    expect(scene.latest('service.restarted')).toMatchObject({ instance: 'i1', nth: 1, now: 'i2', fault: null });
    expect(scene.world.service.requeued.flatMap(({ prompts }) => prompts)).toEqual([prompt]);
  });

  it('has a prompt that ran when it died back once, and not after the second death', async () => {
    const scene = await up(restarts);
    const { service, clock, files, context } = scene.world;
    const prompt = (id: string) => ({ number: 1, prompt_id: id, prompt: {}, extra_data: {}, outputs: [] });
    const requeuedBy = (nth: number) => service.requeued[nth - 1]?.prompts.map((one) => one['prompt_id']);
    for (const nth of [1, 2]) {
      // The server takes what was queued again: the first of it runs.
      await service.unqueue(`http://127.0.0.1:${scene.port}`, ['deadly', 'other']);
      service.begin(scene.port, prompt('deadly'));
      service.enqueue(scene.port, prompt('other'));
      await clock.advance(6_000);
      scene.dies();
      await passUntil(scene.world, () => scene.latest('service.restarted')?.nth === nth);
      await passUntil(scene.world, () => scene.latest('service.back') !== undefined);
    }
    expect(requeuedBy(1)).toEqual(['deadly', 'other']);
    expect(requeuedBy(2)).toEqual(['other']);
    expect(scene.latest('prompt.givenUp')).toEqual({ instance: 'i2', promptId: 'deadly' });
    const kept = await files.readText(`${context.paths.state}/queues/i2.given-up.json`);
    expect(kept).toContain('deadly');
  });

  it('gives up a prompt of which its second server died at once, before anybody looked at its queue', async () => {
    const scene = await up(restarts);
    const { service, clock } = scene.world;
    const prompt = (id: string) => ({ number: 1, prompt_id: id, prompt: {}, extra_data: {}, outputs: [] });
    const { requeue } = service;
    service.requeue = async (url, prompts) => {
      if (prompts.some((one) => one['prompt_id'] === 'deadly')) {
        scene.dies();
        throw new Fault('INSTANCE_UNHEALTHY', `Nothing answers on ${url}.`);
      }
      return requeue(url, prompts);
    };
    service.begin(scene.port, prompt('deadly'));
    service.enqueue(scene.port, prompt('other'));
    await clock.advance(6_000);
    scene.dies();
    await passUntil(scene.world, () => scene.latest('prompt.givenUp') !== undefined);
    expect(scene.latest('prompt.givenUp')).toEqual({ instance: 'i1', promptId: 'deadly' });
    expect(service.requeued.map(({ prompts }) => prompts.map((one) => one['prompt_id']))).toEqual([['other']]);
  });

  it('has a prompt that only waited back after each death', async () => {
    const scene = await up(restarts);
    const { service, clock } = scene.world;
    service.enqueue(scene.port, { number: 1, prompt_id: 'p1', prompt: {}, extra_data: {}, outputs: [] });
    for (const nth of [1, 2]) {
      await clock.advance(6_000);
      scene.dies();
      await passUntil(scene.world, () => scene.latest('service.restarted')?.nth === nth);
    }
    expect(service.requeued.map(({ prompts }) => prompts.map((one) => one['prompt_id']))).toEqual([['p1'], ['p1']]);
    expect(scene.latest('prompt.givenUp')).toBeUndefined();
  });

  it('stays down at the cap', async () => {
    const scene = await up(restarts);
    for (const nth of [1, 2]) {
      scene.dies();
      await passUntil(scene.world, () => scene.latest('service.restarted')?.nth === nth);
      await scene.world.clock.advance(4_000);
    }
    scene.dies();
    await passUntil(scene.world, () => scene.latest('service.judged')?.restarts === false);
    expect(scene.latest('service.judged')?.reason).toContain('service.restart-most is 2');
  });

  it('is never started again when its log says that malware was found', async () => {
    const scene = await up(restarts);
    const { logPath } = scene.world.processes.services.at(-1)?.spec ?? { logPath: '' };
    scene.world.files.put(logPath, 'Malware has been detected, forcibly terminating ComfyUI execution\n');
    scene.dies();
    await passUntil(scene.world, () => scene.latest('service.judged') !== undefined);
    expect(scene.latest('service.judged')).toMatchObject({ restarts: false });
    expect(scene.latest('service.judged')?.reason).toContain('S34');
    await passUntil(scene.world, () => scene.latest('alert.raised')?.key === 'service:down');
    expect(scene.latest('alert.raised')?.hints).not.toContain('orchestrate service start');
  });

  it('leaves a stranger alone that got its process number', async () => {
    const scene = await up(restarts);
    const { pid } = scene.world.processes.services.at(-1) ?? { pid: 0 };
    const stranger = scene.world.processes.reusePid(pid);
    await passUntil(scene.world, () => scene.latest('service.back') !== undefined);
    expect(await scene.world.processes.isAlive(stranger)).toBe(true);
  });
});
