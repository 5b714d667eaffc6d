import { describe, expect, it } from 'vitest';

import { asGitTreeId } from '../../../../src/base/ids.ts';
import { ask, passUntil, startSupervisor, stateOfSubject } from '../../../fakes/fake-life.ts';
import { homeDir } from '../../../fakes/fake-world.ts';
import { by, options, type Scene, supervised, upgrade } from '../supervisor/supervised-scene.ts';

const halfHourMs = 1_800_000;
const slot = 'ops-maint';

/** A slot that a person has open, with a file of theirs in it. */
async function opened(): Promise<Scene> {
  const scene = await supervised();
  await scene.ask('open.start', { tree: 'ops-maint', options, by });
  await scene.until('r1', 'paused');
  scene.world.files.put(`${homeDir}/trees/${slot}/ops/mine.yaml`, 'mine\n');
  return scene;
}

const show = (scene: Scene, name = slot) => scene.ask('service.show', { slot: name, forMs: halfHourMs, by });
const living = (scene: Scene) => scene.world.processes.services.filter((one) => one.isAlive);

describe('a slot that is shown', () => {
  it('runs its files as they were, on the CPU and a port of its own, and is proven; production is left alone', async () => {
    const scene = await opened();
    await scene.ask('service.start', { by });
    expect(await show(scene)).toMatchObject({ kind: 'accepted' });
    const shown = scene.latest('slot.shown');
    expect(shown).toMatchObject({ slot, instance: 'i2', forMs: halfHourMs });
    expect(shown?.port).not.toBe(8188);
    expect(shown?.port).not.toBe(scene.latest('slot.opened')?.port);
    expect(scene.latest('instance.proven')).toMatchObject({ instance: 'i2', port: shown?.port, ownsSocket: true });
    expect(living(scene).map((one) => one.spec.args.includes('--cpu'))).toEqual([false, true]);
    const file = await scene.world.store.readFile(asGitTreeId(shown?.gitTree ?? ''), 'ops/mine.yaml');
    expect(file).toEqual(Buffer.from('mine\n'));
    expect(await show(scene)).toMatchObject({ kind: 'accepted' });
    expect(living(scene)).toHaveLength(2);
  });

  it('is stopped by itself when its time is over, also by the next supervisor', async () => {
    const scene = await opened();
    await show(scene);
    await scene.world.clock.advance(halfHourMs / 2);
    await scene.supervisor.kill();
    startSupervisor(scene.world);
    await scene.world.clock.advance(halfHourMs / 4);
    expect(living(scene)).toHaveLength(1);
    await passUntil(scene.world, () => living(scene).length === 0, 1_000);
    expect(scene.latest('slot.hidden')).toMatchObject({ slot, why: 'time' });
    expect(stateOfSubject(scene.world, 'r1')).toBe('paused');
  });

  it('is shown for the time that is asked for last, and is refused while its files are others than those shown', async () => {
    const scene = await opened();
    await show(scene);
    const { untilMs = 0 } = scene.latest('slot.shown') ?? {};
    await scene.ask('service.show', { slot, forMs: 2 * halfHourMs, by });
    expect(scene.latest('slot.shown')?.untilMs).toBeGreaterThanOrEqual(untilMs + halfHourMs);
    scene.world.files.put(`${homeDir}/trees/${slot}/ops/mine.yaml`, 'other\n');
    expect(await show(scene)).toMatchObject({ fault: { code: 'NOTHING_TO_DO', state: 'i1 goes on as it was.' } });
    await scene.ask('service.hide', { slot, by });
    expect(await show(scene)).toMatchObject({ kind: 'accepted' });
    expect(living(scene)).toHaveLength(1);
  });

  it('keeps its supervisor from ending of idleness', async () => {
    const scene = await opened();
    await show(scene);
    await scene.supervisor.kill();
    const next = startSupervisor(scene.world, undefined, { idleSeconds: 60 });
    await scene.world.clock.advance(600_000);
    expect(next.isDead).toBe(false);
    expect(stateOfSubject(scene.world, 'supervisor:2')).toBe('ready');
  });

  it('is stopped when a person says so, and told when it ends by itself', async () => {
    const scene = await opened();
    await show(scene);
    await scene.ask('service.hide', { slot, by });
    expect([living(scene).length, scene.latest('slot.hidden')?.why]).toEqual([0, 'asked']);
    expect(await scene.ask('service.hide', { slot, by })).toMatchObject({ fault: { code: 'SERVICE_NOT_RUNNING' } });
    await show(scene);
    for (const one of living(scene)) one.isAlive = false;
    await passUntil(scene.world, () => scene.latest('slot.hidden')?.why === 'ended');
    await passUntil(scene.world, () => stateOfSubject(scene.world, 'i2') === 'stopped');
  });

  it('is refused while a run works in it, and where there is none', async () => {
    const scene = await supervised(undefined, (world) => {
      world.service.boot = () => ({ ends: 'silent' });
    });
    await upgrade(scene);
    await passUntil(scene.world, () => scene.latest('lease.taken') !== undefined);
    const busy = await show(scene, scene.latest('lease.taken')?.slot ?? '');
    expect(busy).toMatchObject({ kind: 'refused', fault: { code: 'SLOT_BUSY', data: { holder: 'r1' } } });
    for (const name of ['ops-maint@9', 'nope'])
      expect(await show(scene, name)).toMatchObject({ fault: { code: 'SLOT_NOT_FOUND' } });
    expect(scene.latest('slot.shown')).toBeUndefined();
  });

  it('keeps no start or stop of production waiting while it starts, and is started once by two who ask', async () => {
    const scene = await opened();
    await scene.ask('service.start', { by });
    scene.world.service.boot = ({ spec }) => (spec.args.includes('--cpu') ? { ends: 'silent' } : {});
    const first = await ask(scene.world, 'service.show', { slot, forMs: halfHourMs, by });
    const second = await ask(scene.world, 'service.show', { slot, forMs: halfHourMs, by });
    await passUntil(scene.world, () => living(scene).length === 2);
    expect(await scene.ask('service.restart', { by, now: true })).toMatchObject({ kind: 'accepted' });
    const answerOf = (id: number) => scene.world.ledgers.open().findRequest(id)?.answer;
    expect([first, second].map(answerOf)).toEqual([null, null]);
    scene.world.service.boot = () => ({});
    await passUntil(scene.world, () => answerOf(second) !== null);
    expect([first, second].map(answerOf)).toMatchObject([{ kind: 'accepted' }, { kind: 'accepted' }]);
    expect(living(scene)).toHaveLength(2);
  });

  it('that does not start leaves nothing behind, and says why', async () => {
    const scene = await opened();
    scene.world.service.boot = () => ({ ends: 'dies', log: ["ModuleNotFoundError: No module named 'scipy'"] });
    expect(await show(scene)).toMatchObject({ kind: 'refused', fault: { code: 'INSTANCE_BOOT_FAILED' } });
    expect(living(scene)).toEqual([]);
    expect(await scene.world.files.list(scene.world.context.paths.instances)).toEqual([]);
  });
});
