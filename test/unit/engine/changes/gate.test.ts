import { describe, expect, it } from 'vitest';

import { emptyTree } from '../../../../src/adapters/git/object-format.ts';
import { asGitTreeId } from '../../../../src/base/ids.ts';
import { gateChange } from '../../../../src/engine/changes/gate.ts';
import { adoptComponent, createWorld, homeDir } from '../../../fakes/fake-world.ts';
import { approve, changeScene, gated, never, passing, treeWith, upgraded } from './change-scene.ts';

describe('gateChange', () => {
  it('proves the proposed tree when the branch did not move', async () => {
    const scene = await changeScene();
    expect(await gated(scene)).toEqual({ kind: 'proven' });
    expect(scene.latest('change.gated')).toMatchObject({
      base: scene.world.first,
      exact: scene.drafted.proposed,
      verdict: 'proven',
      reused: [],
      fault: null,
    });
    expect(scene.rows('evidence.recorded').map(({ evidence }) => [evidence.part, evidence.tree])).toEqual(
      ['imports', 'checks', 'boot', 'smoke'].map((part) => [part, scene.drafted.proposed]),
    );
  });

  it('boots the exact tree on the port of the run, never on the one of production', async () => {
    const scene = await changeScene();
    await gated(scene);
    expect(scene.rows('instance.composed')).toMatchObject([
      { tree: scene.drafted.proposed, port: 8191, purpose: 'proof' },
    ]);
    expect(scene.rows('instance.proven')).toMatchObject([{ port: 8191, argvNamesDir: true, ownsSocket: true }]);
  });

  it('proves the merge of both when the branch moved', async () => {
    const scene = await changeScene();
    const { world } = scene;
    const byHand = world.home.commitByHand({ 'docs/mine.md': 'mine\n' });
    expect(await gated(scene)).toEqual({ kind: 'proven' });
    const exact = await treeWith(world, byHand, upgraded);
    expect(scene.latest('change.gated')).toMatchObject({ base: byHand, exact });
    expect(exact).not.toBe(scene.drafted.proposed);
  });

  it('names the paths when both sides changed the same file', async () => {
    const scene = await changeScene();
    scene.world.home.commitByHand({ 'requirements.lock': '# mine\n' });
    expect(await gated(scene)).toMatchObject({
      kind: 'conflict',
      fault: { code: 'CHANGE_CONFLICT', data: { paths: ['requirements.lock'] } },
    });
    expect(scene.latest('change.gated')).toMatchObject({
      verdict: 'conflict',
      exact: scene.drafted.proposed,
      evidenceKey: '',
    });
    expect(scene.world.processes.services).toEqual([]);
  });

  it('uses evidence again when tree, environment and components are identical', async () => {
    const scene = await changeScene();
    await gated(scene);
    await gated(scene);
    expect(scene.latest('change.gated')).toMatchObject({ verdict: 'proven', reused: ['boot', 'smoke'] });
    expect(scene.world.processes.services).toHaveLength(1);
    expect(scene.rows('evidence.recorded')).toHaveLength(4);
  });

  it('does not remember the failure of a workflow: it is tried again', async () => {
    const scene = await changeScene();
    scene.world.service.boot = () => ({ runs: () => ({ kind: 'failed', reason: 'no space left' }) });
    expect(await gated(scene)).toMatchObject({ kind: 'failed' });
    scene.world.service.boot = () => ({});
    expect(await gated(scene)).toEqual({ kind: 'proven' });
    expect(scene.latest('change.gated')).toMatchObject({ verdict: 'proven', reused: ['boot'] });
  });

  it('starts nothing of a component that was never adopted, though the store has its files', async () => {
    const world = await createWorld();
    const path = 'components.lock';
    const before = Buffer.from(
      (await world.store.readFile(await world.store.treeOf(world.first), path)) ?? '',
    ).toString();
    const adopted = /[0-9a-f]{40}/.exec(before)?.[0] ?? '';
    const other = await world.store.editTree(asGitTreeId(emptyTree), new Map([['main.py', 'evil()\n']]));
    const scene = await changeScene({ edits: { [path]: before.replace(adopted, other) } });
    await scene.world.store.editTree(asGitTreeId(emptyTree), new Map([['main.py', 'evil()\n']]));
    const outcome = await gated(scene).catch((error: unknown) => ({ fault: error }));
    expect(outcome).toMatchObject({ fault: { code: 'COMPONENT_NOT_FOUND' } });
    expect(scene.world.processes.services).toEqual([]);
    await adoptComponent(scene.world.store, other);
    expect(await gated(scene)).toEqual({ kind: 'proven' });
  });

  it('proves on the branch of the plan, whatever home has checked out', async () => {
    const scene = await changeScene();
    const { world } = scene;
    const byHand = world.home.commitByHand({ 'docs/mine.md': 'mine\n' });
    world.home.state = {
      kind: 'ready',
      gitDir: `${homeDir}/.git`,
      branchRef: 'refs/heads/mine',
      head: world.first,
      objectFormat: 'sha1',
    };
    expect(await gated(scene)).toEqual({ kind: 'proven' });
    expect(scene.latest('change.gated')).toMatchObject({ base: byHand });
  });

  it('proves again when another file of the tree is another one, though the environment is the same', async () => {
    const scene = await changeScene();
    await gated(scene);
    scene.world.home.commitByHand({ 'docs/mine.md': 'mine\n' });
    await gated(scene);
    expect(scene.latest('change.gated')).toMatchObject({ verdict: 'proven', reused: [] });
    expect(scene.world.processes.services).toHaveLength(2);
  });

  it('fails when a module does not import in the new environment', async () => {
    const scene = await changeScene();
    scene.world.python.brokenModules.set('numpy', 'ImportError: numpy.core.multiarray failed to import');
    expect(await gated(scene)).toMatchObject({ kind: 'failed', fault: { code: 'ENVIRONMENT_IMPORT_FAILED' } });
    expect(scene.latest('change.gated')).toMatchObject({ verdict: 'failed', exact: scene.drafted.proposed });
    expect(scene.world.processes.services).toEqual([]);
  });

  it('fails with the last words of a service that does not start', async () => {
    const scene = await changeScene();
    scene.world.service.boot = () => ({
      ends: 'dies',
      log: ['Traceback (most recent call last):', 'RuntimeError: CUDA error'],
    });
    expect(await gated(scene)).toMatchObject({
      kind: 'failed',
      fault: {
        code: 'INSTANCE_BOOT_FAILED',
        message: 'The service ended before it answered: RuntimeError: CUDA error',
      },
    });
  });

  it('fails when the service never answers, and stops it', async () => {
    const scene = await changeScene();
    scene.world.service.boot = () => ({ ends: 'silent' });
    expect(await gated(scene)).toMatchObject({ kind: 'failed', fault: { code: 'INSTANCE_UNHEALTHY' } });
    expect(scene.world.processes.services.map((one) => one.isAlive)).toEqual([false]);
  });

  it('takes no other program that answers on the port for its own', async () => {
    const scene = await changeScene();
    scene.world.service.boot = () => ({ hidesFolder: true });
    expect(await gated(scene)).toMatchObject({ kind: 'failed', fault: { code: 'INSTANCE_NOT_PROVEN' } });
    expect(scene.rows('instance.proven')).toEqual([]);
  });

  it('fails when a workflow fails, and says what else was not proven otherwise', async () => {
    const scene = await changeScene();
    scene.world.service.boot = () => ({ runs: () => ({ kind: 'failed', reason: 'KSampler: boom' }) });
    expect(await gated(scene)).toMatchObject({
      kind: 'failed',
      fault: { code: 'SMOKE_FAILED', message: 'Workflow portrait failed: KSampler: boom' },
    });
  });

  it('fails on content that could not even be undone afterwards', async () => {
    const scene = await changeScene();
    scene.world.store.unsupported.set(scene.drafted.proposed, [
      { path: '.gitattributes', code: 'HOME_LFS', reason: 'line 1 uses Git LFS' },
    ]);
    expect(await gated(scene)).toMatchObject({
      kind: 'failed',
      fault: { code: 'HOME_LFS', message: '.gitattributes line 1 uses Git LFS.' },
    });
  });

  it('claims no GPU where the proof ran on the CPU', async () => {
    const scene = await changeScene();
    await gated(scene);
    expect(scene.latest('change.gated')?.notProven).toEqual([
      'GPU kernels: the proof ran on the CPU',
      'workflows that are not in workflows/',
    ]);
  });

  it('refuses an environment whose files are not the ones that were built', async () => {
    const scene = await changeScene();
    await gated(scene);
    const { environment = '' } = scene.latest('change.gated') ?? {};
    scene.world.python.drift(`${scene.engine.paths.envs}/${environment}`, 'lib/numpy.py');
    expect(await gated(scene)).toMatchObject({ kind: 'failed', fault: { code: 'ENVIRONMENT_DRIFTED' } });
  });

  it('is no verdict when it was called off', async () => {
    const scene = await changeScene();
    scene.world.service.boot = () => ({ ends: 'silent' });
    const abort = new AbortController();
    const gating = gateChange(scene.engine, 'c1', abort.signal);
    gating.catch(() => undefined);
    await scene.world.clock.advance(200);
    abort.abort(new Error('called off'));
    await expect(passing(scene.world, gating)).rejects.toThrow('called off');
    expect(scene.rows('change.gated')).toEqual([]);
  });

  it('needs no network for a way back', async () => {
    const scene = await changeScene();
    const { world, engine } = scene;
    const goal = {
      kind: 'restore',
      to: '0000-adopted',
      title: 'restore',
      commit: world.first,
      proposed: scene.drafted.proposed,
      drops: [],
    } as const;
    const [plan] = scene.rows('plan.made');
    await engine.ledger.append([
      { kind: 'plan.made', run: 'r1', keys: ['plan:r1'], data: { run: 'r1', plan: { ...plan?.plan, goal } } as never },
    ]);
    expect(await gated(scene)).toMatchObject({ kind: 'failed', fault: { code: 'INDEX_UNREACHABLE' } });
    world.files.put(
      `${engine.paths.wheels}/${(await import('node:crypto')).hash('sha256', 'numpy-2.1.0-py3-none-any.whl')}/numpy-2.1.0-py3-none-any.whl`,
      'kept',
    );
    expect(await passing(world, gateChange(engine, 'c1', never))).toEqual({ kind: 'proven' });
    await approve(scene);
  });
});
