import { describe, expect, it } from 'vitest';

import { machineState } from '../../../../src/app/views/machine-state.ts';
import { Fault } from '../../../../src/base/fault.ts';
import type { Playbook } from '../../../../src/domain/definitions/types.ts';
import type { JournalKinds } from '../../../../src/domain/journal/kinds.ts';
import { authorText, differenceText } from '../../../../src/domain/outside/describe.ts';
import type { OutsideDifference } from '../../../../src/domain/outside/difference.ts';
import { heldRef } from '../../../../src/domain/outside/refs.ts';
import { ensureEnvironment } from '../../../../src/engine/environments/ensure.ts';
import { findEnvironment } from '../../../../src/engine/environments/named.ts';
import { discardOutside } from '../../../../src/engine/outside/discard.ts';
import { lookOutside, tryLookOutside } from '../../../../src/engine/outside/look.ts';
import { saveInstance } from '../../../../src/engine/outside/save-instance.ts';
import { closedAs, passUntil, startEngine } from '../../../fakes/fake-life.ts';
import { fakeSurvey } from '../../../fakes/fake-python.ts';
import {
  anna,
  createWorld,
  homeDir,
  installed,
  offered,
  upgrade,
  type World,
  type WorldOptions,
} from '../../../fakes/fake-world.ts';
import { approveChange, by, options, type Scene, supervised } from '../supervisor/supervised-scene.ts';

const comfyui = '/opt/ComfyUI';
const python = '/opt/ComfyUI/venv/bin/python';
const venv = '/opt/ComfyUI/venv';

const keepOutside: Playbook = {
  ...upgrade,
  id: 'keep-outside',
  triggers: ['keep outside changes'],
  inputs: { changes: { description: 'Ids', default: '' } },
  plan: 'outside.choose',
  steps: (
    [
      ['take', 'outside.take'],
      ['write', 'files.write'],
      ['imports', 'env.verify'],
      ['boot', 'instance.boot'],
      ['smoke', 'instance.smoke'],
    ] as const
  ).map(([id, action], index, all) => ({
    id,
    title: id,
    action,
    waitsFor: [],
    waitAtMostMs: 86_400_000,
    agent: 'environment-specialist',
    needs: index === 0 ? [] : [all[index - 1]?.[0] ?? ''],
    with: {},
    timeoutMs: 600_000,
    retries: 1,
  })),
};

/** A world whose ComfyUI folder is watched and is as it was adopted. */
async function watched(given: WorldOptions = {}): Promise<World> {
  const world = await createWorld({
    ...given,
    config: `adopted: { layout: clone, comfyui: ${comfyui}, python: null }\n${given.config ?? ''}`,
  });
  world.files.put(`${comfyui}/main.py`, 'print()\n');
  return world;
}

async function opened(given?: WorldOptions) {
  const world = await watched(given);
  const { engine } = await startEngine(world);
  const look = (occasion = 'test') => lookOutside(engine, occasion);
  const rows = (kind: string) => engine.ledger.read({ kinds: [kind], limit: 100 });
  return { world, engine, look, rows };
}

const said = (found: readonly OutsideDifference[]) => found.map((one) => `${one.id} ${differenceText(one)}`);

describe('a look', () => {
  it('writes its baseline once, and nothing when nothing moved', async () => {
    const { look, rows } = await opened();
    expect(await look()).toEqual([]);
    expect(await look()).toEqual([]);
    expect([rows('outside.baseline').length, rows('outside.found').length]).toEqual([1, 0]);
  });

  it('names a pack by the same id each time, in one row, and holds its files', async () => {
    const { world, look, rows } = await opened();
    await look();
    world.files.put(`${comfyui}/custom_nodes/new/__init__.py`, '');
    const [one] = await look();
    expect(said(await look())).toEqual([expect.stringMatching(/^o1 new was added/)]);
    expect(rows('outside.found')).toHaveLength(1);
    const tree = one?.take?.kind === 'component' ? one.take.component.tree : '';
    expect(await world.store.findRef(heldRef(tree))).toBeDefined();
    await world.files.remove(`${comfyui}/custom_nodes/new`);
    expect(await look()).toEqual([]);
    expect(rows('outside.found')).toHaveLength(2);
  });

  it('finds what moved between init and the first look', async () => {
    const { world, look } = await opened();
    world.files.put(`${comfyui}/main.py`, 'print(1)\n');
    expect(said(await look())).toEqual([expect.stringMatching(/^o1 ComfyUI was edited/)]);
  });

  it('begins anew from what init took when its file is lost or was changed', async () => {
    const { world, engine, look } = await opened();
    await look();
    for (const name of await world.files.list(`${engine.paths.state}/outside`))
      world.files.put(`${engine.paths.state}/outside/${name}`, '{"version": 1, "adopted": null}');
    world.files.put(`${comfyui}/main.py`, 'print(1)\n');
    expect(await look()).toHaveLength(1);
  });

  it('tells a disk that is not there as such, and not as packs that were removed', async () => {
    const { world, look } = await opened();
    world.files.put(`${comfyui}/custom_nodes/a/__init__.py`, '');
    await look();
    await world.files.remove(comfyui);
    const found = await look();
    expect(said(found)).toEqual(['o2 ComfyUI was removed']);
    expect(found[0]?.whyNot).toContain('has no main.py now');
    world.files.put(`${comfyui}/main.py`, 'print()\n');
    expect(await look()).toEqual([]);
  });

  it('that goes wrong keeps nothing from going on, and what is known stands', async () => {
    const { world, engine, look } = await opened();
    world.files.put(`${comfyui}/custom_nodes/new/__init__.py`, '');
    const known = await look();
    const { snapshot } = world.store;
    world.store.snapshot = () => Promise.reject(new Fault('DISK_FULL', 'The disk is full.'));
    expect(await tryLookOutside(engine, 'test')).toEqual(known);
    await expect(look()).rejects.toMatchObject({ code: 'DISK_FULL' });
    world.store.snapshot = snapshot;
  });

  it('does not start the borrowed interpreter where the branch borrows none', async () => {
    const { world, look } = await opened();
    world.python.survey = () => Promise.reject(new Error('nobody may ask'));
    expect(await look()).toEqual([]);
  });

  it('names what moved in the borrowed environment, and an interpreter that is gone', async () => {
    const { world, look } = await opened({ borrowed: python });
    expect(await look()).toEqual([]);
    world.python.surveys.set(python, fakeSurvey(venv, { ...installed, numpy: '2.1.0', rgthree: '1.0' }));
    const [moved] = await look();
    expect(moved && [differenceText(moved), authorText(moved)]).toEqual([
      '2 packages of the borrowed environment moved: numpy 2.0.0 → 2.1.0, rgthree 1.0 added',
      'probably pip: INSTALLER of the packages says pip',
    ]);
    world.python.surveys.clear();
    expect(said(await look())).toEqual([`o2 ${venv} has no interpreter any more`]);
  });
});

describe('times of files of the borrowed environment that moved', () => {
  const touched = async () => {
    const scene = await opened({ borrowed: python });
    await scene.look();
    const before = fakeSurvey(venv, installed);
    const packages = before.packages.map((one) => (one.name === 'torch' ? { ...one, mark: 'touched' } : one));
    scene.world.python.surveys.set(python, { ...before, packages, fingerprint: 'd'.repeat(64) });
    const branch = await scene.world.store.treeOf(scene.world.first);
    const lockText = new TextDecoder().decode(await scene.world.store.readFile(branch, 'requirements.lock'));
    const condition = async () => (await findEnvironment(scene.engine, lockText)).condition;
    const reads: (readonly string[] | undefined)[] = [];
    const { survey } = scene.world.python;
    scene.world.python.survey = (asked) => {
      reads.push(asked.read);
      return survey(asked);
    };
    return { ...scene, condition, reads };
  };

  it('are no drift where the bytes are the ones that were installed, and are read once', async () => {
    const { look, rows, condition, reads } = await touched();
    expect(await condition()).toMatchObject({ kind: 'intact' });
    expect(rows('environment.borrowed')).toHaveLength(1);
    expect(await look()).toEqual([]);
    expect(reads).toEqual([undefined, ['torch'], undefined, ['torch']]);
    expect(await look()).toEqual([]);
    expect(await condition()).toMatchObject({ kind: 'intact' });
    expect(reads.slice(4)).toEqual([undefined, undefined]);
    expect(rows('environment.borrowed')).toHaveLength(2);
  });

  it('are drift where a byte is another one', async () => {
    const { world, look, condition } = await touched();
    world.python.edited.add('torch');
    expect(await condition()).toEqual({ kind: 'drifted', changed: ['files of torch 2.8.0'] });
    expect(await look()).toMatchObject([{ kind: 'packages', details: ['files of torch 2.8.0'] }]);
  });
});

describe('a difference that is discarded', () => {
  const discard = (engine: Parameters<typeof discardOutside>[0], ...ids: string[]) =>
    discardOutside(engine, { ids, by: anna });

  it('is quiet until it moves again, under a new id', async () => {
    const { world, engine, look } = await opened();
    world.files.put(`${comfyui}/custom_nodes/new/__init__.py`, '');
    await look();
    expect(await discard(engine, 'o1')).toContain('nothing there was touched');
    expect(await look()).toEqual([]);
    world.files.put(`${comfyui}/custom_nodes/new/__init__.py`, '# more\n');
    expect(said(await look())).toEqual([expect.stringMatching(/^o2 new was added/)]);
    expect(await world.files.readText(`${comfyui}/custom_nodes/new/__init__.py`)).toBe('# more\n');
  });

  it('is told once more to whoever asks again: a process that was killed may not have answered', async () => {
    const { world, engine, look } = await opened();
    world.files.put(`${comfyui}/custom_nodes/new/__init__.py`, '');
    await look();
    const first = await discard(engine, 'o1');
    expect(await discard(engine, 'o1')).toBe(first);
  });

  it('by an id that is not open is a fault', async () => {
    const { engine } = await opened();
    await expect(discard(engine, 'o7')).rejects.toMatchObject({ code: 'OUTSIDE_NOT_FOUND' });
    await expect(discard(engine)).rejects.toMatchObject({ code: 'NOTHING_TO_DO' });
  });

  it('is refused for the environment that the branch borrows, with the ways out, and nothing is discarded', async () => {
    const { world, engine, look, rows } = await opened({ borrowed: python });
    await look();
    world.files.put(`${comfyui}/custom_nodes/new/__init__.py`, '');
    world.python.surveys.set(python, fakeSurvey(venv, { ...installed, numpy: '2.1.0' }));
    const ids = (await look()).map(({ id }) => id);
    const packages = (await look()).find(({ kind }) => kind === 'packages')?.id ?? '';
    await expect(discard(engine, ...ids)).rejects.toMatchObject({
      code: 'ENVIRONMENT_DRIFTED',
      state: 'Nothing was discarded.',
      hints: [
        expect.stringContaining(`outside keep ${packages} `),
        expect.stringContaining('run "relock environment"'),
        expect.any(String),
      ],
    });
    expect(rows('outside.discarded')).toEqual([]);
    expect(await look()).toHaveLength(2);
    const lockText = new TextDecoder().decode(
      await world.store.readFile(await world.store.treeOf(world.first), 'requirements.lock'),
    );
    await expect(ensureEnvironment(engine, { lockText, run: null, effectKey: 't' })).rejects.toMatchObject({
      hints: expect.arrayContaining([expect.stringContaining('outside keep <id>')]),
    });
  });

  const drifted = async () => {
    const scene = await opened();
    await scene.look();
    const [id = ''] = await scene.world.files.list(scene.engine.paths.envs);
    const dir = `${scene.engine.paths.envs}/${id}`;
    scene.world.files.put(`${dir}/lib/stray.py`, '');
    scene.world.python.drift(dir, 'lib/stray.py');
    return { ...scene, id, dir };
  };

  it('has a sealed environment built again from kept wheels, and the other one in trash', async () => {
    const { world, engine, look, rows, id, dir } = await drifted();
    expect(said(await look())).toEqual([`o1 the sealed environment ${id} is not as it was built: lib/stray.py`]);
    await discard(engine, 'o1');
    expect(world.python.built.map((request) => [request.dir, request.index])).toEqual([[dir, undefined]]);
    const trash = `${engine.paths.trash}/outside-o1-drifted/${id}`;
    expect(await world.files.info(`${trash}/lib/stray.py`)).toBeDefined();
    expect(rows('environment.replaced').map(({ data }) => data)).toMatchObject([{ environment: id, trash, run: null }]);
    expect(await look()).toEqual([]);
  });

  it('leaves the environment as it is when a wheel is not kept', async () => {
    const { world, engine, look, dir } = await drifted();
    await look();
    await world.files.remove(engine.paths.wheels);
    await expect(discard(engine, 'o1')).rejects.toMatchObject({ code: 'RESTORE_UNAVAILABLE' });
    expect(await world.files.info(`${dir}/lib/stray.py`)).toBeDefined();
    expect(await look()).toHaveLength(1);
  });

  it('moves nothing when a kept wheel is not the one that the lock names', async () => {
    const { world, engine, look, dir } = await drifted();
    await look();
    const [folder = ''] = await world.files.list(engine.paths.wheels);
    const [wheel = ''] = await world.files.list(`${engine.paths.wheels}/${folder}`);
    world.files.put(`${engine.paths.wheels}/${folder}/${wheel}`, 'rotten');
    await expect(discard(engine, 'o1')).rejects.toMatchObject({ code: 'WHEEL_HASH_MISMATCH' });
    expect(await world.files.info(`${dir}/lib/stray.py`)).toBeDefined();
    expect(world.python.built).toEqual([]);
  });

  it('has the environment built by whatever needs it next when the build fails, and the changed one in trash', async () => {
    const { world, engine, look, id, dir } = await drifted();
    await look();
    const { build } = world.python;
    world.python.build = () => Promise.reject(new Fault('DISK_FULL', 'The disk is full.'));
    const trash = `${engine.paths.trash}/outside-o1-drifted/${id}`;
    const state = expect.stringContaining(trash);
    await expect(discard(engine, 'o1')).rejects.toMatchObject({ code: 'DISK_FULL', state });
    world.python.build = build;
    expect(await world.files.info(`${trash}/lib/stray.py`)).toBeDefined();
    expect(await world.files.info(dir)).toBeUndefined();
    await discard(engine, 'o1');
    expect(await world.files.info(`${dir}/lib/stray.py`)).toBeUndefined();
    expect(await look()).toEqual([]);
  });
});

it('production’s folder goes to trash whole when it cannot be looked at', async () => {
  const { world, engine } = await opened();
  const dir = `${engine.paths.instances}/i9`;
  world.files.put(`${dir}/ComfyUI/custom_nodes/a/presets.json`, '{}');
  world.store.treeOf = () => Promise.reject(new Fault('GIT_FAILED', 'git is ill.'));
  const composed: JournalKinds['instance.composed'] = {
    instance: 'i9',
    purpose: 'production',
    tree: 't',
    environment: 'e',
    components: 'c',
    dir,
    port: 1,
    run: null,
    python,
    args: [],
    seal: 'detected, not prevented',
  };
  await saveInstance(engine, { ...composed, purpose: 'proof' });
  expect(await world.files.info(dir)).toBeDefined();
  await saveInstance(engine, composed);
  expect(await world.files.info(dir)).toBeUndefined();
  expect(await world.files.readText(`${engine.paths.trash}/instances/i9/ComfyUI/custom_nodes/a/presets.json`)).toBe(
    '{}',
  );
  await saveInstance(engine, composed);
});

describe('keeping what moved in a borrowed environment', () => {
  const another = 'b'.repeat(64);
  const keeping = (): Promise<Scene> =>
    supervised(
      { borrowed: python, config: `adopted: { layout: clone, comfyui: ${comfyui}, python: ${python} }\n` },
      (world) => {
        world.files.put(`${comfyui}/main.py`, 'print()\n');
        const playbooks = new Map([...world.context.definitions.playbooks, [keepOutside.id, keepOutside]]);
        return { ...world, context: { ...world.context, definitions: { ...world.context.definitions, playbooks } } };
      },
    );
  const keep = (scene: Scene, changes: string) =>
    scene.ask('run.start', {
      goal: 'keep outside changes',
      options: { ...options, playbook: 'keep-outside', inputs: { changes } },
      by,
    });
  const approvePlan = async (scene: Scene, run: string): Promise<void> => {
    await scene.until(run, 'awaitingApproval');
    const planHash = scene.latest('plan.made')?.plan.hash ?? '';
    await scene.ask('run.answer', { run, verdict: 'approved', planHash, by });
  };

  it('asks before their code runs, proves them, and writes the lock anew', async () => {
    const scene = await keeping();
    await scene.ask('outside.look', { by });
    scene.world.python.surveys.set(python, fakeSurvey(venv, { ...installed, numpy: '2.1.0' }));
    await keep(scene, '');
    await approvePlan(scene, 'r1');
    expect(scene.latest('plan.made')?.plan).toMatchObject({
      // The playbook was named: that its own trigger explains the goal is no guess.
      score: 0,
      moves: [{ name: 'numpy', from: '2.0.0', to: '2.1.0' }],
      mustAsk: expect.stringContaining('the packages that moved'),
    });
    await scene.until('c1', 'reviewing.deciding');
    await approveChange(scene, 'c1');
    await scene.until('r1', 'done');
    expect(await scene.world.files.readText(`${homeDir}/requirements.lock`)).toContain('numpy===2.1.0');
    expect(scene.world.python.built).toEqual([]);
    await scene.ask('outside.look', { by });
    expect(scene.latest('outside.found')?.differences).toEqual([]);
  });

  it('proves files that moved without a version: they are another environment, with evidence of its own', async () => {
    const scene = await keeping();
    await scene.ask('outside.look', { by });
    const before = scene.latest('environment.borrowed')?.environment;
    scene.world.python.surveys.set(python, fakeSurvey(venv, installed, { fingerprint: another }));
    await keep(scene, '');
    await approvePlan(scene, 'r1');
    await scene.until('c1', 'reviewing.deciding');
    const after = scene.latest('environment.borrowed');
    expect(after?.fingerprint).toBe(another);
    expect(after?.environment).not.toBe(before);
    expect(scene.latest('evidence.recorded')?.evidence.environment).toBe(after?.environment);
    await approveChange(scene, 'c1');
    await scene.until('r1', 'done');
    expect(await scene.world.files.readText(`${homeDir}/requirements.lock`)).toContain(`# fingerprint: ${another}\n`);
    await scene.ask('outside.look', { by });
    expect(scene.latest('outside.found')?.differences).toEqual([]);
  });

  it('that is rejected leaves what was recorded valid for the lock of before', async () => {
    const scene = await keeping();
    await scene.ask('outside.look', { by });
    const lockText = (await scene.world.files.readText(`${homeDir}/requirements.lock`)) ?? '';
    const was = scene.world.python.surveys.get(python);
    scene.world.python.surveys.set(python, fakeSurvey(venv, installed, { fingerprint: another }));
    await keep(scene, '');
    await approvePlan(scene, 'r1');
    await scene.until('c1', 'reviewing.deciding');
    const { exact: tree = '', base = '' } = scene.latest('change.gated') ?? {};
    await scene.ask('review.answer', { change: 'c1', tree, base, verdict: 'rejected', comment: null, by });
    await passUntil(scene.world, () => closedAs(scene.world, 'r1') !== undefined);
    const condition = async () =>
      (await findEnvironment({ ...scene.world.context, ledger: scene.world.ledgers.open() }, lockText)).condition;
    expect(await condition()).toEqual({ kind: 'drifted', changed: ['files that belong to no package'] });
    await scene.ask('outside.look', { by });
    expect(scene.latest('outside.found')?.differences).toMatchObject([{ kind: 'packages' }]);
    if (was) scene.world.python.surveys.set(python, was);
    expect(await condition()).toMatchObject({ kind: 'intact' });
  });

  it('records nothing when they moved between the yes and the work', async () => {
    const scene = await keeping();
    await scene.ask('outside.look', { by });
    const before = scene.latest('environment.borrowed');
    scene.world.python.surveys.set(python, fakeSurvey(venv, installed, { fingerprint: another }));
    await keep(scene, '');
    await scene.until('r1', 'awaitingApproval');
    scene.world.python.surveys.set(python, fakeSurvey(venv, installed, { fingerprint: 'c'.repeat(64) }));
    await approvePlan(scene, 'r1');
    await scene.until('r1', 'failed');
    expect(machineState(scene.world.ledgers.open(), 'r1')?.fault).toMatchObject({ code: 'CHANGE_MOVED' });
    expect(scene.latest('environment.borrowed')).toEqual(before);
  });

  it('is asked again when they moved once more, and nothing was changed', async () => {
    const scene = await keeping();
    await scene.ask('outside.look', { by });
    const { survey } = scene.world.python;
    let n = 0;
    scene.world.python.survey = async (asked) => ({ ...(await survey(asked)), fingerprint: `f${(n += 1)}` });
    await keep(scene, '');
    await scene.until('r1', 'failed');
    expect(scene.latest('plan.made')).toBeUndefined();
  });

  it('has another run wait for a person that would change them, too', async () => {
    const scene = await keeping();
    await scene.ask('outside.look', { by });
    scene.world.python.surveys.set(python, fakeSurvey(venv, { ...installed, pillow: '11.1.0' }));
    await scene.ask('run.start', { goal: 'upgrade numpy', options, by });
    await scene.until('r1', 'awaitingApproval');
    expect(scene.latest('plan.made')?.plan).toMatchObject({
      mustAsk: '1 package (o1) moved outside, and this plan changes that, too',
      warnings: [
        expect.stringMatching(/^changed outside since restore\/0000: pip moved 1 package; not part of this plan/),
      ],
    });
  });
});

it('a pack that is kept brings the packages that it asks for into an environment that is built from wheels', async () => {
  const scene = await supervised(
    {
      index: { ...offered, pillow: { '11.0.0': {}, '11.1.0': {} } },
      config: `adopted: { layout: clone, comfyui: ${comfyui}, python: null }\n`,
    },
    (world) => {
      world.files.put(`${comfyui}/main.py`, 'print()\n');
      const playbooks = new Map([[keepOutside.id, keepOutside]]);
      return { ...world, context: { ...world.context, definitions: { ...world.context.definitions, playbooks } } };
    },
  );
  await scene.ask('outside.look', { by });
  scene.world.files.put(`${comfyui}/custom_nodes/new/__init__.py`, '');
  scene.world.files.put(`${comfyui}/custom_nodes/new/requirements.txt`, 'pillow>=11.1\n');
  await scene.ask('run.start', { goal: 'keep outside changes', options: { ...options, previewOnly: true }, by });
  await passUntil(scene.world, () => scene.latest('plan.made') !== undefined);
  expect(scene.latest('plan.made')?.plan).toMatchObject({
    moves: [{ name: 'pillow', from: '11.0.0', to: '11.1.0' }],
    files: [{ path: 'components.lock' }],
    mustAsk: expect.stringContaining('the code of new'),
  });
});
