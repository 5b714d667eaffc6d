import { describe, expect, it } from 'vitest';

import { dataOf } from '../../../../src/domain/journal/kinds.ts';
import { freeze } from '../../../../src/engine/services/freeze.ts';
import { ask, passUntil, startEngine, startSupervisor, stateOfSubject } from '../../../fakes/fake-life.ts';
import { createWorld, homeDir } from '../../../fakes/fake-world.ts';
import { by, type Scene, supervised, upgrade } from '../supervisor/supervised-scene.ts';

/** A run whose first build goes on until it is `released`; every later one takes no time. */
async function atWork(): Promise<Scene & { released(): void }> {
  let released = (): void => {};
  const held = new Promise<void>((resolve) => (released = resolve));
  const scene = await supervised({}, ({ python }) => {
    const build = python.build.bind(python);
    python.build = async (...asked) => {
      python.build = build;
      await held;
      return build(...asked);
    };
  });
  await upgrade(scene);
  await scene.until('r1.build', 'executing');
  return { ...scene, released };
}

const freezeIt = (scene: Scene, production = false) =>
  scene.ask('supervisor.freeze', { reason: 'disk is dying', production, by });

describe('freeze', () => {
  it('brings a run to rest in under two seconds, and keeps its leases', async () => {
    const scene = await atWork();
    const beganMs = scene.world.clock.nowMs();
    expect(await freezeIt(scene)).toMatchObject({ kind: 'accepted', sentence: 'Everything is frozen.' });
    expect(scene.world.clock.nowMs() - beganMs).toBeLessThan(2_000);
    const done = scene.latest('freeze.done');
    expect(done).toMatchObject({ runs: ['r1'], ending: ['r1.build execute'] });
    expect(done?.leases.map(({ run }) => run)).toEqual(['r1']);
    expect(done?.durationMs).toBeLessThan(2_000);
  });

  it('takes nothing but what is about the supervisor, and says why', async () => {
    const scene = await atWork();
    await freezeIt(scene);
    scene.released();
    expect(await upgrade(scene)).toMatchObject({
      kind: 'refused',
      fault: { code: 'SUPERVISOR_FROZEN', message: expect.stringContaining('disk is dying') as unknown },
    });
    const before = stateOfSubject(scene.world, 'r1.build');
    await scene.world.clock.advance(60_000);
    expect(stateOfSubject(scene.world, 'r1.build')).toBe(before);
    expect(await scene.ask('supervisor.ping', { by })).toMatchObject({ kind: 'accepted' });
  });

  it('lets the run go on to its end when it is thawed', async () => {
    const scene = await atWork();
    await freezeIt(scene);
    scene.released();
    expect(await scene.ask('supervisor.thaw', { by: { kind: 'program', name: 'api' } })).toMatchObject({
      kind: 'refused',
      fault: { code: 'REVIEW_SELF' },
    });
    expect(scene.latest('freeze.set')).toMatchObject({ isFrozen: true });
    expect(await scene.ask('supervisor.thaw', { by })).toMatchObject({ sentence: 'Work goes on.' });
    await scene.until('c1', 'reviewing.deciding');
    expect(await scene.world.files.readText(`${homeDir}/requirements.lock`)).not.toContain('numpy===2.1.0');
    expect(await scene.ask('supervisor.thaw', { by })).toMatchObject({ sentence: 'Nothing was frozen.' });
  });

  it('is frozen still after a kill, and goes on when that one is thawed', async () => {
    const scene = await atWork();
    await freezeIt(scene);
    await scene.supervisor.kill();
    startSupervisor(scene.world);
    await scene.world.clock.advance(60_000);
    expect(stateOfSubject(scene.world, 'r1.build')).not.toBe('done');
    expect(await upgrade(scene)).toMatchObject({ kind: 'refused', fault: { code: 'SUPERVISOR_FROZEN' } });
    await scene.ask('supervisor.thaw', { by });
    await passUntil(scene.world, () => stateOfSubject(scene.world, 'c1') === 'reviewing.deciding');
  });
});

describe('freeze --production', () => {
  const prompt = (id: string) => ({ number: 1, prompt_id: id, prompt: {}, extra_data: {}, outputs: [] });
  const up = async (service: readonly string[] = ['mode: managed', 'watch-time: 200ms', 'restart: on-failure']) => {
    const scene = await supervised({ service });
    await scene.ask('service.start', { by });
    const args = scene.world.processes.services.at(-1)?.spec.args ?? [];
    return { ...scene, port: Number(args[args.indexOf('--port') + 1]) };
  };
  const alive = (scene: Scene) => scene.world.processes.services.filter(({ isAlive }) => isAlive);
  const saved = async ({ world }: Scene) =>
    JSON.parse((await world.files.readText(`${world.context.paths.state}/queues/i1.json`)) ?? '[]') as {
      prompt_id: string;
    }[];

  it('saves its prompts, stops it, and nobody takes that for a death', async () => {
    const scene = await up();
    scene.world.service.begin(scene.port, prompt('runs'));
    scene.world.service.enqueue(scene.port, prompt('waits'));
    await freezeIt(scene, true);
    expect(alive(scene)).toEqual([]);
    expect((await saved(scene)).map((one) => one.prompt_id)).toEqual(['runs', 'waits']);
    expect(scene.latest('freeze.set')?.production).toBe('i1 was stopped; its prompts are saved.');
    await scene.ask('supervisor.thaw', { by });
    await scene.world.clock.advance(60_000);
    expect(scene.latest('service.judged')).toMatchObject({ restarts: false, reason: 'a freeze stopped it' });
    expect(alive(scene)).toEqual([]);
  });

  it('loses no prompt beside a stop that waits for the one that runs', async () => {
    const scene = await up(['mode: managed', 'watch-time: 200ms', 'finish-time: 10m']);
    scene.world.service.begin(scene.port, prompt('runs'));
    scene.world.service.enqueue(scene.port, prompt('waits'));
    // It is in the middle of a long node, and hears no interrupt before that ends.
    scene.world.service.interrupt = async () => {};
    void ask(scene.world, 'service.stop', { by, now: false });
    await passUntil(scene.world, () => scene.latest('prompt.awaited') !== undefined);
    await freezeIt(scene, true);
    await scene.world.clock.advance(15_000);
    expect(alive(scene)).toEqual([]);
    expect((await saved(scene)).map((one) => one.prompt_id)).toEqual(['runs', 'waits']);
  });

  it('stops one that is still starting', async () => {
    const scene = await supervised({ service: ['mode: managed', 'watch-time: 200ms'] });
    scene.world.service.boot = () => ({ ends: 'silent' });
    void ask(scene.world, 'service.start', { by });
    await passUntil(scene.world, () => alive(scene).length === 1);
    await freezeIt(scene, true);
    expect(alive(scene)).toEqual([]);
    expect(scene.latest('freeze.set')?.production).toBe('i1 was stopped.');
  });

  it('names a long request that goes on, and none that waits for a machine', async () => {
    const world = await createWorld();
    const life = await startEngine(world);
    await ask(world, 'outside.look', { by });
    await ask(world, 'service.start', { by });
    await freeze(life.engine);
    const done = dataOf('freeze.done', life.ledger.latest('freeze:done'));
    expect(done?.ending).toEqual(['request 1 (outside.look)']);
  });
});
