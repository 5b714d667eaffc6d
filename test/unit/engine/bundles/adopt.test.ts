import { readFileSync } from 'node:fs';

import { describe, expect, it } from 'vitest';

import { emptyTree } from '../../../../src/adapters/git/object-format.ts';
import { asGitTreeId } from '../../../../src/base/ids.ts';
import { printBundleTree } from '../../../../src/domain/bundles/bundle-tree.ts';
import { parsePlaybook } from '../../../../src/domain/definitions/playbook.ts';
import { printLock } from '../../../../src/domain/environments/lock.ts';
import { printComponents } from '../../../../src/domain/instances/components.ts';
import { collectBundle } from '../../../../src/engine/bundles/collect.ts';
import type { EngineContext } from '../../../../src/engine/context.ts';
import { listRestorePoints } from '../../../../src/engine/restore/points.ts';
import type { BundlePart } from '../../../../src/ports/bundles.ts';
import type { FakeBundles } from '../../../fakes/fake-bundles.ts';
import { ask, closedAs, passUntil, startSupervisor } from '../../../fakes/fake-life.ts';
import { fakeLocked } from '../../../fakes/fake-python.ts';
import { adoptComponent, anna, createWorld, digest, homeDir, type World } from '../../../fakes/fake-world.ts';
import { type Scene, supervised } from '../supervisor/supervised-scene.ts';

const options = { previewOnly: false, yes: true, until: null, playbook: null, inputs: {} };
const file = '/media/stick/comfy.tar';
const adoptBundle = parsePlaybook({
  file: 'built-in:playbooks/adopt-bundle.yaml',
  text: readFileSync(new URL('../../../../playbooks/adopt-bundle.yaml', import.meta.url), 'utf8'),
  origin: 'built-in',
});

/** Another machine: an installation that was upgraded, with a pack that this one does not have. */
async function elsewhere(): Promise<World> {
  const world = await createWorld();
  const pack = await world.store.editTree(asGitTreeId(emptyTree), new Map([['pack.py', 'nodes = 1\n']]));
  await adoptComponent(world.store, pack);
  const tree = await world.store.treeOf(world.first);
  const components = new TextDecoder().decode(await world.store.readFile(tree, 'components.lock'));
  const core = /tree: "([0-9a-f]{40})"/.exec(components)?.[1] ?? '';
  world.home.commitByHand({
    'components.lock': printComponents([
      { id: 'comfyui', path: '.', source: '/opt/ComfyUI', commit: null, tree: core },
      { id: 'pack', path: 'custom_nodes/pack', source: '/srv/pack', commit: null, tree: pack },
    ]),
  });
  const supervisor = startSupervisor(world);
  await ask(world, 'run.start', { goal: 'upgrade numpy', options, by: anna });
  await passUntil(world, () => closedAs(world, 'r1') !== undefined);
  expect(closedAs(world, 'r1')).toBe('done');
  await supervisor.stop();
  return world;
}

const contextOf = (world: World): EngineContext => ({ ...world.context, ledger: world.ledgers.open() });

async function partsOf(world: World, withWheels = true) {
  const context = contextOf(world);
  const point = (await listRestorePoints(context)).at(-1);
  if (!point) throw new Error('no restore point');
  const { body, parts } = await collectBundle(context, point, { withWheels });
  // A stick carries bytes, not paths of the machine that wrote it.
  const carried = parts.map((one): BundlePart => {
    const content = async (): Promise<Uint8Array> => {
      const given = await one.content();
      return typeof given === 'string' ? ((await world.files.readBytes(given)) ?? new Uint8Array()) : given;
    };
    return { ...one, content };
  });
  return { body, parts: carried };
}

/** This machine: another installation that has the bundle on a stick, signed by a key that it does not know. */
async function here(parts?: Awaited<ReturnType<typeof partsOf>>): Promise<Scene & { bundles: FakeBundles }> {
  const scene = await supervised({}, async () => undefined);
  await scene.supervisor.stop();
  const { world } = scene;
  const { body, parts: all } = parts ?? (await partsOf(await elsewhere()));
  const bundles = world.context.outside.bundles as FakeBundles;
  await bundles.write({ file, keyFile: '/their/key', body, parts: all });
  const definitions = {
    ...world.context.definitions,
    playbooks: new Map([...world.context.definitions.playbooks, [adoptBundle.id, adoptBundle]]),
  };
  const knowing = { ...world, context: { ...world.context, definitions } };
  return { ...(await supervised({}, () => knowing)), bundles };
}

const theirKey = digest.sha256('/their/key').slice(0, 32);
const adopt = (scene: Scene, inputs: Readonly<Record<string, string>> = { key: theirKey }, yes = true) =>
  scene.ask('run.start', { goal: `adopt bundle ${file}`, options: { ...options, yes, inputs }, by: anna });

async function faultOf(scene: Scene, run = 'r1'): Promise<unknown> {
  await passUntil(scene.world, () => closedAs(scene.world, run) !== undefined);
  const moved = scene.world.ledgers.open().latest(`machine:${run}`)?.data['event'] as {
    error?: { code?: string };
    fault?: { code?: string };
  };
  return moved?.error?.code ?? moved?.fault?.code;
}

describe('a bundle that is adopted', () => {
  it('brings packages and components, proven here again from its own wheels; configuration of this home stays', async () => {
    const scene = await here();
    const { world } = scene;
    const config = await world.files.readText(`${homeDir}/orchestrate.yaml`);
    world.python.built.length = 0;
    await adopt(scene);
    await passUntil(world, () => closedAs(world, 'r1') !== undefined);
    expect(closedAs(world, 'r1')).toBe('done');
    expect(await world.files.readText(`${homeDir}/requirements.lock`)).toContain('numpy===2.1.0');
    expect(await world.files.readText(`${homeDir}/components.lock`)).toContain('custom_nodes/pack');
    expect(await world.files.readText(`${homeDir}/orchestrate.yaml`)).toBe(config);
    const built = world.ledgers
      .open()
      .read({ kinds: ['step.reported'], limit: 100 })
      .find(({ data }) => data['action'] === 'env.build');
    expect(built?.data['output']).toMatchObject({ downloadedBytes: 0, fromKeptWheels: 3 });
    expect(await world.files.list(`${homeDir}/.orchestrate`)).not.toContain('incoming-r1');
    expect(scene.latest('plan.made')?.plan.inputs).toMatchObject({ file, digest: expect.any(String) as string });
  });

  it('asks a person about a key that nobody named, and goes on after a yes', async () => {
    const scene = await here();
    await adopt(scene, {}, false);
    await scene.until('r1', 'awaitingApproval');
    expect(scene.latest('plan.made')?.plan.mustAsk).toContain(theirKey);
  });

  it('is refused when another key signed it than the one that was named', async () => {
    const scene = await here();
    await adopt(scene, { key: 'f'.repeat(32) });
    expect(await faultOf(scene)).toBe('BUNDLE_UNTRUSTED');
    expect(scene.latest('lease.taken')).toBeUndefined();
  });

  it('is refused when it was altered', async () => {
    const scene = await here();
    scene.bundles.altered.add(file);
    await adopt(scene);
    expect(await faultOf(scene)).toBe('BUNDLE_INVALID');
  });

  it('is refused, with both named, when it is for another Python', async () => {
    const parts = await withLock((lock) => printLock({ ...lock, abi: 'cp313', platform: 'macosx-14-arm64' }));
    const scene = await here(parts);
    await adopt(scene);
    expect(await faultOf(scene)).toBe('BUNDLE_UNSUITABLE');
    const event = scene.world.ledgers.open().latest('machine:r1')?.data['event'] as { error: { message: string } };
    expect(event.error.message).toContain('cp313 on macosx-14-arm64; this installation has cp312 on linux-x86_64');
  });

  it('is refused when the disk has no room for its wheels', async () => {
    const scene = await here();
    scene.world.files.free = 3;
    for (const name of await scene.world.files.list(`${homeDir}/.orchestrate/wheels`))
      await scene.world.files.remove(`${homeDir}/.orchestrate/wheels/${name}`);
    await adopt(scene);
    expect(await faultOf(scene)).toBe('DISK_FULL');
  });

  it('is refused when a component in it is not the tree that it is named after: nothing of it can be started', async () => {
    const good = await partsOf(await elsewhere());
    const tree = good.parts.findLast((one) => one.path.startsWith('trees/'));
    const scene = await here({
      ...good,
      parts: good.parts.map((one) => (one === tree ? replaced(one, printBundleTree([])) : one)),
    });
    await adopt(scene);
    expect(await faultOf(scene)).toBe('BUNDLE_INVALID');
    expect([...scene.world.store.refs.keys()].filter((ref) => ref.endsWith(tree?.path.slice(6) ?? '?'))).toEqual([]);
  });

  it('is refused when it is another file in the step than it was in the plan', async () => {
    const scene = await here();
    await adopt(scene, {}, false);
    await scene.until('r1', 'awaitingApproval');
    const other = await partsOf(await elsewhere(), false);
    await scene.world.files.remove(file);
    await scene.bundles.write({ file, keyFile: '/their/key', ...other });
    const planHash = scene.latest('plan.made')?.plan.hash ?? '';
    await scene.ask('run.answer', { run: 'r1', verdict: 'approved', planHash, by: anna });
    expect(await faultOf(scene)).toBe('BUNDLE_INVALID');
  });

  it('says what is missing without a file', async () => {
    const scene = await here();
    await scene.ask('run.start', { goal: 'adopt bundle', options, by: anna });
    expect(await faultOf(scene)).toBe('USAGE_BAD_ARGUMENT');
  });
});

const replaced = (part: BundlePart, text: string): BundlePart => {
  const bytes = Buffer.from(text);
  return { path: part.path, sizeBytes: bytes.length, sha256: digest.sha256(bytes), content: async () => bytes };
};

/** A bundle whose home has another lock. */
async function withLock(print: (lock: Parameters<typeof printLock>[0]) => string) {
  const good = await partsOf(await elsewhere());
  const packages = Object.entries({ numpy: '2.1.0', pillow: '11.0.0', torch: '2.8.0' }).map(([name, version]) =>
    fakeLocked(name, version),
  );
  const text = print({ abi: 'cp312', platform: 'linux-x86_64', packages });
  const parts = await Promise.all(
    good.parts.map(async (one) => {
      const content = one.path.startsWith('blobs/') ? await one.content() : '';
      const isLock = typeof content !== 'string' && new TextDecoder().decode(content).includes('# python: cp312');
      return isLock ? replaced(one, text) : one;
    }),
  );
  return { ...good, parts };
}
