import { describe, expect, it } from 'vitest';

import { row } from '../../../../src/domain/journal/kinds.ts';
import { drainMs } from '../../../../src/engine/supervisor/drain.ts';
import { ask, passUntil, startSupervisor, stateOfSubject } from '../../../fakes/fake-life.ts';
import { createWorld } from '../../../fakes/fake-world.ts';
import { by, options, type Scene, supervised, upgrade } from './supervised-scene.ts';

/** A run whose step `build` takes so long. */
async function building(buildMs: number): Promise<Scene> {
  const scene = await supervised({}, ({ python, clock }) => {
    const build = python.build.bind(python);
    python.build = async (request) => {
      await clock.sleep(buildMs);
      return build(request);
    };
  });
  await upgrade(scene);
  await scene.until('r1.build', 'executing');
  return scene;
}

describe('a supervisor that drains', () => {
  it('lets the step at work end and begins none after it', async () => {
    const scene = await building(20_000);
    const beganMs = scene.world.clock.nowMs();
    await scene.supervisor.drain();
    expect(await scene.supervisor.ended).toBeUndefined();
    expect(scene.latest('supervisor.drained')).toMatchObject({ finished: ['r1.build execute'], parked: [] });
    expect(scene.latest('supervisor.stopped')).toEqual({ reason: 'asked to end' });
    expect(scene.world.clock.nowMs() - beganMs).toBeLessThan(21_000);
    expect(stateOfSubject(scene.world, 'r1.build')).toBe('capturing');
  });

  it('parks a step that does not end in time, and the next one begins it again', async () => {
    const scene = await building(drainMs + 30_000);
    await scene.supervisor.drain();
    expect(scene.latest('supervisor.drained')).toMatchObject({ finished: [], parked: ['r1.build execute'] });
    expect(stateOfSubject(scene.world, 'r1.build')).toBe('executing');
    // Its process ends: until then the lock is kept, as the step may still act.
    await scene.supervisor.kill();
    startSupervisor(scene.world);
    await passUntil(scene.world, () => stateOfSubject(scene.world, 'c1') === 'reviewing.deciding', 400);
  });

  it('takes no request any more; the next one does', async () => {
    const scene = await building(20_000);
    const drained = scene.supervisor.drain();
    await scene.world.clock.advance(1_000);
    const id = await ask(scene.world, 'run.start', { goal: 'upgrade numpy', options, by });
    await drained;
    const answer = () => scene.world.ledgers.open().findRequest(id)?.answer ?? null;
    expect(answer()).toBeNull();
    startSupervisor(scene.world);
    await passUntil(scene.world, () => answer() !== null);
    expect(answer()).toMatchObject({ kind: 'accepted', run: 'r2' });
  });

  it('leaves a row of how far it read the log of production', async () => {
    const world = await createWorld();
    const ledger = world.ledgers.open();
    const held = await ledger.acquire();
    const keys = ['production'];
    await ledger.append([row('production.set', { instance: 'i1', saved: null }, { run: null, keys })]);
    await held?.release();
    world.files.put(`${world.context.paths.logs}/instances/i1.log`, 'Starting server\n');
    const scene = await supervised({}, () => world);
    await scene.world.clock.advance(10_000);
    await scene.supervisor.drain();
    expect(scene.latest('diagnosis.read')).toEqual({ instance: 'i1', endByte: 16, endLine: 1 });
  });

  it('does so when it is asked by another process, too', async () => {
    const scene = await building(5_000);
    expect(await scene.ask('supervisor.drain', { by })).toMatchObject({ kind: 'accepted' });
    await passUntil(scene.world, () => scene.latest('supervisor.stopped') !== undefined);
    expect(scene.latest('supervisor.drained')).toMatchObject({ finished: ['r1.build execute'] });
  });

  it('lets a restart of production go on that waits for the prompt that runs', async () => {
    const scene = await supervised({ service: ['mode: managed', 'watch-time: 200ms', 'finish-time: 10m'] });
    await scene.ask('service.start', { by });
    const args = scene.world.processes.services.at(-1)?.spec.args ?? [];
    const port = Number(args[args.indexOf('--port') + 1]);
    scene.world.service.begin(port, { number: 1, prompt_id: 'p1', prompt: {}, extra_data: {}, outputs: [] });
    void ask(scene.world, 'service.stop', { by, now: false });
    await passUntil(scene.world, () => scene.latest('prompt.awaited') !== undefined);
    const drained = scene.supervisor.drain();
    await scene.world.clock.advance(20_000);
    scene.world.service.finish(port, 'p1');
    await drained;
    expect(stateOfSubject(scene.world, 'i1')).toBe('stopped');
    expect(scene.world.processes.services.filter(({ isAlive }) => isAlive)).toEqual([]);
  });

  it('writes nothing of it when nothing was at work', async () => {
    const scene = await supervised();
    await scene.world.clock.advance(1_000);
    await scene.supervisor.drain();
    expect(scene.latest('supervisor.drained')).toBeUndefined();
    expect(scene.latest('supervisor.stopped')).toEqual({ reason: 'asked to end' });
  });
});
