import { describe, expect, it } from 'vitest';

import { passUntil, startSupervisor, stateOfSubject } from '../../../fakes/fake-life.ts';
import { homeDir } from '../../../fakes/fake-world.ts';
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
