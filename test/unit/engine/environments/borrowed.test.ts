import { describe, expect, it } from 'vitest';

import { createPerformer } from '../../../../src/engine/effects/perform.ts';
import { ensureEnvironment } from '../../../../src/engine/environments/ensure.ts';
import { findEnvironment } from '../../../../src/engine/environments/named.ts';
import { createInFlight } from '../../../../src/engine/proofs/in-flight.ts';
import { listRestorePoints } from '../../../../src/engine/restore/points.ts';
import { closedAs, passUntil } from '../../../fakes/fake-life.ts';
import { fakeSurvey } from '../../../fakes/fake-python.ts';
import { borrowedLockOf, createWorld, installed, type World } from '../../../fakes/fake-world.ts';
import { approveChange, by, options, type Scene, supervised, upgrade } from '../supervisor/supervised-scene.ts';

const python = '/opt/ComfyUI/venv/bin/python';
const venv = '/opt/ComfyUI/venv';
const lockText = borrowedLockOf(python, installed);

async function opened(world: World) {
  const ledger = world.ledgers.open();
  await ledger.acquire();
  const engine = {
    ...world.context,
    ledger,
    ...createPerformer({ ledger, clock: world.clock }),
    inFlight: createInFlight(world.clock),
  };
  const ensure = (text = lockText) => ensureEnvironment(engine, { lockText: text, run: null, effectKey: 'test' });
  return { engine, ensure };
}

describe('a borrowed environment', () => {
  it('is used where it lies, and nothing is built', async () => {
    const world = await createWorld({ borrowed: python });
    const { ensure } = await opened(world);
    expect(await ensure()).toMatchObject({ dir: venv, python, reused: true, borrowed: { readOnly: [venv] } });
    expect(world.python.built).toEqual([]);
  });

  it('is not used when it moved: the packages are named, and what state the work is in', async () => {
    const world = await createWorld({ borrowed: python });
    const { ensure } = await opened(world);
    world.python.surveys.set(python, fakeSurvey(venv, { ...installed, numpy: '2.1.0', rgthree: '1.0' }));
    await expect(ensure()).rejects.toMatchObject({
      code: 'ENVIRONMENT_DRIFTED',
      message: `The borrowed environment ${venv} is not as it was recorded: numpy 2.0.0 → 2.1.0, rgthree 1.0 added.`,
      state: 'Nothing was changed; production was not touched.',
    });
  });

  it('that is gone is missing, and cannot be brought back', async () => {
    const world = await createWorld({ borrowed: python });
    const { engine, ensure } = await opened(world);
    world.python.surveys.clear();
    expect((await findEnvironment(engine, lockText)).condition).toEqual({ kind: 'missing' });
    await expect(ensure()).rejects.toMatchObject({ code: 'RESTORE_UNAVAILABLE' });
  });

  it('that was never adopted is not started, whatever a lock says', async () => {
    const world = await createWorld({ borrowed: python });
    const { ensure } = await opened(world);
    const other = '/tmp/evil/bin/python';
    world.python.surveys.set(other, fakeSurvey('/tmp/evil', installed));
    await expect(ensure(borrowedLockOf(other, installed))).rejects.toMatchObject({ code: 'RESTORE_UNAVAILABLE' });
  });

  it('is only watched where a person writes below it, or where it is the system', async () => {
    const inside = await opened(await createWorld({ borrowed: '/home/anna/bin/python' }));
    const text = borrowedLockOf('/home/anna/bin/python', installed);
    expect((await inside.ensure(text)).borrowed).toEqual({ readOnly: [] });
  });

  it('is what restore point 0 names, with its fingerprint', async () => {
    const world = await createWorld({ borrowed: python });
    const { engine } = await opened(world);
    const [point] = await listRestorePoints(engine);
    expect(point?.manifest).toMatchObject({
      environment: (await findEnvironment(engine, lockText)).id,
      environmentDigest: world.python.surveys.get(python)?.fingerprint,
    });
  });
});

describe('a change on top of a borrowed environment', () => {
  const lockNow = ({ world }: Scene): Promise<string | undefined> =>
    world.files.readText(`${world.context.paths.home}/requirements.lock`);

  async function upgraded(): Promise<Scene> {
    const scene = await supervised({ borrowed: python });
    await upgrade(scene);
    await scene.until('c1', 'reviewing.deciding');
    await approveChange(scene, 'c1');
    await scene.until('r1', 'done');
    return scene;
  }

  it('makes a real lock with hashes, and goes back to what was borrowed while that is as it was', async () => {
    const scene = await upgraded();
    expect(await lockNow(scene)).toContain('--hash=sha256:');
    expect(scene.world.python.built).toHaveLength(1);
    await scene.ask('restore.start', { kind: 'undo', to: null, options: { ...options, yes: true }, by });
    await scene.until('r2', 'done');
    expect(await lockNow(scene)).toBe(lockText);
    expect(scene.world.python.built).toHaveLength(1);
  });

  it('does not go back to it when pip was there meanwhile', async () => {
    const scene = await upgraded();
    scene.world.python.surveys.set(python, fakeSurvey(venv, { ...installed, torch: '2.9.1' }));
    await scene.ask('restore.start', { kind: 'undo', to: null, options: { ...options, yes: true }, by });
    await passUntil(scene.world, () => closedAs(scene.world, 'r2') !== undefined);
    expect(closedAs(scene.world, 'r2')).toBe('failed');
    const gated = scene.latest('change.gated');
    expect(gated).toMatchObject({ verdict: 'failed', fault: { code: 'ENVIRONMENT_DRIFTED' } });
    expect(gated?.fault?.message).toContain('torch 2.8.0 → 2.9.1');
    expect(await lockNow(scene)).toContain('--hash=sha256:');
  });
});
