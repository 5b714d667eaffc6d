import { describe, expect, it } from 'vitest';

import type { SwarmBackend } from '../../../../src/ports/index.ts';
import type { World } from '../../../fakes/fake-world.ts';
import { by, type Scene, supervised } from '../supervisor/supervised-scene.ts';

const url = 'http://127.0.0.1:7801';
const own: SwarmBackend = { id: '0', type: 'comfyui_selfstart', title: 'a', status: 'running', isEnabled: true };
const other: SwarmBackend = { id: '1', type: 'comfyui_api', title: 'b', status: 'errored', isEnabled: true };

/** A ComfyUI that SwarmUI starts and stops, with its process on the port. */
const ofSwarm = (backends: readonly SwarmBackend[] | null = [own, other], more: (world: World) => void = () => {}) =>
  supervised({ service: ['mode: none', `swarmui: ${url}`, 'watch-time: 200ms'] }, (world) => {
    if (backends !== null) world.swarm.running.set(url, [...backends]);
    world.ports.hold(8188, [{ pid: 4_000, startTime: 'swarm', argv: ['python', 'main.py'] }]);
    more(world);
  });

const killed = (scene: Scene) => scene.world.processes.services.length + scene.world.processes.runs.length;

describe('production that SwarmUI runs', () => {
  it('is restarted by SwarmUI alone, its own backend only, and nothing of ours is started or stopped', async () => {
    const scene = await ofSwarm();
    expect(await scene.ask('service.restart', { by, now: false })).toMatchObject({
      kind: 'accepted',
      sentence: 'SwarmUI says: backend 0 is running.',
    });
    expect(scene.world.swarm.asked).toEqual(['restart 0']);
    expect(scene.latest('service.bySwarm')).toEqual({
      act: 'restart',
      url,
      backends: [{ id: '0', status: 'running' }],
      asked: ['0'],
    });
    expect(killed(scene)).toBe(0);
  });

  it('is stopped and started by disabling and enabling it there', async () => {
    const scene = await ofSwarm();
    await scene.ask('service.stop', { by, now: false });
    await scene.ask('service.start', { by });
    expect(scene.world.swarm.asked).toEqual(['disable 0', 'enable 0']);
  });

  it('has what a person disabled there left so, also by a second stop and a restart between', async () => {
    const off: SwarmBackend = { ...own, id: '2', status: 'disabled', isEnabled: false };
    const scene = await ofSwarm([own, off]);
    for (const kind of ['service.stop', 'service.stop', 'service.restart'] as const)
      await scene.ask(kind, { by, now: false });
    await scene.ask('service.start', { by });
    expect(scene.world.swarm.asked).toEqual(['disable 0', 'enable 0']);
    scene.world.swarm.running.set(url, [off]);
    expect(await scene.ask('service.start', { by })).toMatchObject({ fault: { code: 'NOTHING_TO_DO' } });
  });

  it('is not restarted or stopped while it has prompts, which nobody would keep, but for a person who says --now', async () => {
    const scene = await ofSwarm();
    const busy = { running: 1, active: [{ prompt_id: 'a' }], pending: [{ prompt_id: 'b' }] };
    scene.world.service.queue = async () => busy;
    for (const kind of ['service.restart', 'service.stop'] as const)
      expect(await scene.ask(kind, { by, now: false })).toMatchObject({
        fault: { code: 'SERVICE_HAS_PROMPTS', state: 'Nothing was changed.', data: { port: 8188, nPrompts: 2 } },
      });
    expect(scene.world.swarm.asked).toEqual([]);
    await scene.ask('service.restart', { by, now: true });
    scene.world.service.queue = async () => ({ running: 0, active: [], pending: [] });
    await scene.ask('service.stop', { by, now: false });
    expect(scene.world.swarm.asked).toEqual(['restart 0', 'disable 0']);
  });

  it('that does not come up is told with what SwarmUI says of it', async () => {
    const scene = await ofSwarm([own], (world) => (world.swarm.becomes = 'errored'));
    expect(await scene.ask('service.restart', { by, now: false })).toMatchObject({
      fault: { code: 'INSTANCE_UNHEALTHY', message: expect.stringContaining('backend 0 is errored') as string },
    });
  });

  it('is left alone where SwarmUI is down, or starts no ComfyUI itself', async () => {
    expect(await (await ofSwarm(null)).ask('service.restart', { by, now: false })).toMatchObject({
      fault: { code: 'SERVICE_NOT_RUNNING', hints: expect.arrayContaining(['Start SwarmUI.']) as string[] },
    });
    const scene = await ofSwarm([other]);
    expect(await scene.ask('service.restart', { by, now: false })).toMatchObject({
      fault: { code: 'SERVICE_NOT_OURS' },
    });
    expect(scene.world.swarm.asked).toEqual([]);
  });

  it("is nobody's here without SwarmUI (the control)", async () => {
    const scene = await supervised({ service: ['mode: none'] }, (world) => world.swarm.running.set(url, [own]));
    expect(await scene.ask('service.restart', { by, now: false })).toMatchObject({
      fault: { code: 'SERVICE_NOT_OURS' },
    });
    expect(scene.world.swarm.asked).toEqual([]);
  });
});
