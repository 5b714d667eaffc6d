import { describe, expect, it } from 'vitest';

import { closedAs, passUntil, startSupervisor, stateOfSubject } from '../../../fakes/fake-life.ts';
import { anna, createWorld, homeDir, type World } from '../../../fakes/fake-world.ts';
import { type Scene, supervised } from '../supervisor/supervised-scene.ts';

const options = { previewOnly: false, yes: true, until: null, playbook: null, inputs: {} };
const envs = `${homeDir}/.orchestrate/envs`;
const trash = `${homeDir}/.orchestrate/trash`;

/** Upgraded; then somebody changes a file of the environment that `undo` leads to. Returns its id. */
async function drifted(): Promise<{ scene: Scene; environment: string }> {
  let environment = '';
  const world: World = await createWorld();
  [environment = ''] = await world.files.list(envs);
  const scene = await supervised({}, () => world);
  await scene.ask('run.start', { goal: 'upgrade numpy', options, by: anna });
  await passUntil(world, () => closedAs(world, 'r1') === 'done');
  world.python.drift(`${envs}/${environment}`, 'lib/mine.py');
  world.files.put(`${envs}/${environment}/lib/mine.py`, 'my own patch');
  world.python.built.length = 0;
  return { scene, environment };
}

const undo = (scene: Scene, yes: boolean) =>
  scene.ask('restore.start', { kind: 'undo', to: null, options: { ...options, yes }, by: anna });

describe('a way back to an environment that somebody changed', () => {
  it('asks first, keeps what was changed in trash, and builds it again from kept wheels without an index', async () => {
    const { scene, environment } = await drifted();
    const { world } = scene;
    await undo(scene, false);
    await scene.until('r2', 'awaitingApproval');
    expect(scene.latest('plan.made')?.plan.mustAsk).toContain('(lib/mine.py); they are kept in trash');
    expect(await world.files.info(`${envs}/${environment}/lib/mine.py`)).toBeDefined();
    const planHash = scene.latest('plan.made')?.plan.hash ?? '';
    await scene.ask('run.answer', { run: 'r2', verdict: 'approved', planHash, by: anna });
    await scene.until('c2', 'reviewing.deciding');
    expect(await world.files.readText(`${trash}/r2-drifted/${environment}/lib/mine.py`)).toBe('my own patch');
    expect(world.python.built.map(({ dir, index }) => [dir, index])).toEqual([[`${envs}/${environment}`, undefined]]);
    expect(scene.latest('environment.replaced')).toEqual({
      environment,
      nChanged: 1,
      changed: ['lib/mine.py'],
      trash: `${trash}/r2-drifted/${environment}`,
      run: 'r2',
    });
  });

  it('goes through when yes was said beforehand', async () => {
    const { scene } = await drifted();
    await undo(scene, true);
    await passUntil(scene.world, () => closedAs(scene.world, 'r2') !== undefined);
    expect(closedAs(scene.world, 'r2')).toBe('done');
    expect(scene.latest('plan.answered')).toMatchObject({ run: 'r2', verdict: 'approved', by: anna });
  });

  it('changes nothing when the person says no', async () => {
    const { scene, environment } = await drifted();
    await undo(scene, false);
    await scene.until('r2', 'awaitingApproval');
    const planHash = scene.latest('plan.made')?.plan.hash ?? '';
    await scene.ask('run.answer', { run: 'r2', verdict: 'rejected', planHash, by: anna });
    await passUntil(scene.world, () => closedAs(scene.world, 'r2') === 'cancelled');
    expect(await scene.world.files.readText(`${envs}/${environment}/lib/mine.py`)).toBe('my own patch');
    expect(await scene.world.files.list(`${trash}/r2-drifted`)).toEqual([]);
  });

  it('is refused while production runs from it', async () => {
    const { scene, environment } = await drifted();
    await scene.ask('service.start', { by: anna });
    await passUntil(scene.world, () => stateOfSubject(scene.world, 'i3') === 'healthy');
    await undo(scene, true);
    await passUntil(scene.world, () => closedAs(scene.world, 'r2') === 'done');
    // Production was switched to it, a person committed on top, and its files change under the running service.
    scene.world.home.commitByHand({ 'docs/env-setup/mine.md': 'mine' });
    scene.world.python.drift(`${envs}/${environment}`, 'lib/mine.py');
    await scene.ask('restore.start', { kind: 'restore', to: '0', options, by: anna });
    await passUntil(scene.world, () => closedAs(scene.world, 'r3') !== undefined);
    expect(scene.world.ledgers.open().latest('machine:r3')?.data['event']).toMatchObject({
      error: { code: 'ENVIRONMENT_IN_USE', hints: ['orchestrate service stop'] },
    });
    expect(await scene.world.files.list(`${trash}/r3-drifted`)).toEqual([]);
    expect(await scene.world.files.readText(`${envs}/${environment}/lib/mine.py`)).toBeUndefined();
    expect(await scene.world.files.list(envs)).toContain(environment);
  });

  it('is refused, and nothing moves, when a kept wheel is gone', async () => {
    const { scene, environment } = await drifted();
    const { world } = scene;
    const wheels = `${homeDir}/.orchestrate/wheels`;
    for (const folder of await world.files.list(wheels))
      if ((await world.files.list(`${wheels}/${folder}`))[0]?.startsWith('numpy-2.0.0') === true)
        await world.files.remove(`${wheels}/${folder}`);
    await undo(scene, true);
    await passUntil(world, () => closedAs(world, 'r2') === 'failed');
    expect(await world.files.readText(`${envs}/${environment}/lib/mine.py`)).toBe('my own patch');
  });

  it.each([5, 10, 15, 20, 25, 30, 40, 50])('is finished after a kill at step %i', async (step) => {
    const { scene, environment } = await drifted();
    const { world } = scene;
    await scene.supervisor.stop();
    const mortal = startSupervisor(world, { step, when: 'after' });
    const id = await world.ledgers
      .open()
      .request('restore.start', { kind: 'undo', to: null, options, by: anna } as never);
    await passUntil(world, () => mortal.isDead || closedAs(world, 'r2') !== undefined);
    await mortal.kill();
    const next = startSupervisor(world);
    await passUntil(world, () => closedAs(world, 'r2') !== undefined);
    await next.stop();
    expect(id).toBeGreaterThan(0);
    expect(closedAs(world, 'r2')).toBe('done');
    expect(await world.files.readText(`${trash}/r2-drifted/${environment}/lib/mine.py`)).toBe('my own patch');
    expect(world.ledgers.open().read({ kinds: ['environment.replaced'], limit: 10 })).toHaveLength(1);
  });
});
