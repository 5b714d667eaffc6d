import { describe, expect, it } from 'vitest';

import { Fault } from '../../../../src/base/fault.ts';
import type { GitTreeId } from '../../../../src/base/ids.ts';
import { printLock, readLock } from '../../../../src/domain/environments/lock.ts';
import { parseComponents, printComponents } from '../../../../src/domain/instances/components.ts';
import { branchHead } from '../../../../src/engine/changes/branch-head.ts';
import { exactTree } from '../../../../src/engine/changes/exact-tree.ts';
import { fakeLocked } from '../../../fakes/fake-python.ts';
import { configText, installed, lockOf } from '../../../fakes/fake-world.ts';
import {
  type ChangeScene,
  changeScene,
  type Edits,
  gated,
  never,
  type SceneOptions,
  treeWith,
} from './change-scene.ts';

const asked = 'numpy==2.0.0\npillow==11.0.0\n';
const index = {
  numpy: { '2.0.0': {}, '2.1.0': {}, '2.2.0': {} },
  pillow: { '11.0.0': {}, '11.1.0': {} },
  along: { '1.0': {}, '2.0': {}, '3.0': {} },
};
const versions = { ...installed, numpy: '2.0.0', pillow: '11.0.0' };

/** A branch that asks for numpy and pillow; the change edits it one way, and the branch moves another. */
async function scene(theirs: Edits, ours: Edits, options: SceneOptions = {}): Promise<ChangeScene> {
  const made = await changeScene({
    ...{ requirements: asked, packages: versions, index, edits: theirs },
    ...options,
  });
  made.world.home.commitByHand(ours);
  return made;
}

const env = (requirements: string, packages: Readonly<Record<string, string>>): Edits => ({
  'requirements.in': requirements,
  'requirements.lock': lockOf({ ...versions, ...packages }),
});

async function exact(one: ChangeScene) {
  const { store } = one.world;
  const head = await branchHead(one.engine, 'refs/heads/main');
  const found = await exactTree(one.engine, { change: 'c1', onto: await store.treeOf(head), signal: never });
  if (found.kind === 'conflict') throw found.fault;
  return found.tree;
}

const text = async (one: ChangeScene, tree: GitTreeId, path: string): Promise<string> =>
  Buffer.from((await one.world.store.readFile(tree, path)) ?? '').toString();
const locked = async (one: ChangeScene, tree: GitTreeId): Promise<Record<string, string>> => {
  const { packages } = readLock({ file: 'requirements.lock', text: await text(one, tree, 'requirements.lock') });
  return Object.fromEntries(packages.map(({ name, version }) => [name, version]));
};
const refused = (one: ChangeScene) =>
  exact(one).then(
    () => 'clean',
    (error: unknown) => {
      if (error instanceof Fault) return error.toRecord();
      throw error;
    },
  );

describe('the lock, when both sides moved it', () => {
  const mine = env('numpy==2.1.0\npillow==11.0.0\n', { numpy: '2.1.0' });
  const other = env('numpy==2.0.0\npillow==11.1.0\n', { pillow: '11.1.0' });

  it('is made anew with the versions of both', async () => {
    const one = await scene(mine, other);
    const tree = await exact(one);
    expect(await text(one, tree, 'requirements.in')).toBe('numpy==2.1.0\npillow==11.1.0\n');
    expect(await locked(one, tree)).toMatchObject({ numpy: '2.1.0', pillow: '11.1.0' });
    expect(one.latest('change.regenerated')).toMatchObject({
      change: 'c1',
      exact: tree,
      files: [
        { path: 'requirements.in', how: 'by package' },
        { path: 'requirements.lock', how: 'anew', from: ['requirements.in', 'components.lock'] },
      ],
      moves: [{ name: 'numpy', from: '2.0.0', to: '2.1.0' }],
      others: [],
    });
  });

  it('is proven as the new tree that it is', async () => {
    const one = await scene(mine, other);
    expect(await gated(one)).toEqual({ kind: 'proven' });
    expect(one.latest('change.gated')).toMatchObject({ exact: await exact(one), verdict: 'proven' });
  });

  it('is the same the second time, without another question to the index', async () => {
    const one = await scene(mine, other);
    const first = await exact(one);
    const nAsked = one.world.python.resolved.length;
    expect(nAsked).toBeGreaterThan(0);
    one.world.python.index['numpy'] = { '2.1.0': {}, '9.0.0': {} };
    expect(await exact(one)).toBe(first);
    expect(one.world.python.resolved).toHaveLength(nAsked);
  });

  it('keeps what one side moved although nothing in requirements.in holds it there', async () => {
    const one = await scene(
      { 'requirements.lock': lockOf({ ...versions, numpy: '2.1.0' }) },
      { 'requirements.lock': lockOf({ ...versions, pillow: '11.1.0' }) },
      { requirements: 'numpy\npillow\n' },
    );
    expect(await locked(one, await exact(one))).toMatchObject({ numpy: '2.1.0', pillow: '11.1.0' });
  });

  it('is a conflict when both moved one package to different versions, even by the lock alone', async () => {
    const one = await scene(
      { 'requirements.lock': lockOf({ ...versions, numpy: '2.1.0' }) },
      { 'requirements.lock': lockOf({ ...versions, numpy: '2.2.0' }) },
      { requirements: 'numpy\npillow\n' },
    );
    expect(await refused(one)).toMatchObject({ code: 'CHANGE_CONFLICT', data: { facts: ['package:numpy'] } });
    expect(one.rows('change.regenerated')).toEqual([]);
  });

  it('finds a version for what only moved along with either', async () => {
    const one = await scene(
      env('numpy==2.1.0\npillow==11.0.0\n', { numpy: '2.1.0', along: '2.0' }),
      env('numpy==2.0.0\npillow==11.1.0\n', { pillow: '11.1.0', along: '3.0' }),
      {
        packages: { ...versions, along: '1.0' },
        index: {
          ...index,
          numpy: { '2.0.0': { needs: ['along'] }, '2.1.0': { needs: ['along>=2'] } },
          pillow: { '11.0.0': {}, '11.1.0': { needs: ['along>=2'] } },
        },
      },
    );
    expect(await locked(one, await exact(one))).toMatchObject({ numpy: '2.1.0', pillow: '11.1.0', along: '3.0' });
    expect(one.latest('change.regenerated')?.others).toEqual([{ name: 'along', from: null, to: '3.0' }]);
  });

  it('says who asks for what when both do not go together', async () => {
    const one = await scene(mine, other, {
      index: { ...index, pillow: { '11.0.0': {}, '11.1.0': { needs: ['numpy<2.1'] } } },
    });
    expect(await refused(one)).toMatchObject({
      code: 'CHANGE_CONFLICT',
      message: expect.stringContaining('What the branch holds now and what c1 moves do not go together'),
      data: { facts: ['package:numpy', 'package:pillow'] },
    });
  });

  it('loses nothing of a change that is only foreseen on the branch', async () => {
    const one = await scene(
      { 'requirements.lock': lockOf({ ...versions, numpy: '2.1.0', along: '1.0' }) },
      { 'docs/mine.md': 'mine\n' },
      {
        requirements: 'pillow\n',
        index: { ...index, along: { '1.0': {}, '2.0': { needs: ['numpy<2.1'] } } },
        packages: { ...versions, along: '1.0' },
      },
    );
    const onto = await treeWith(one.world, one.world.first, {
      'requirements.lock': lockOf({ ...versions, along: '2.0' }),
    });
    // Nobody has written down yet that `along` is what the change ahead is about.
    const found = await exactTree(one.engine, { change: 'c1', onto, signal: never });
    expect(found.kind === 'conflict' && found.fault.toRecord()).toMatchObject({
      code: 'CHANGE_CONFLICT',
      data: { facts: ['package:along'] },
    });
  });

  it('waits when the index does not answer, and goes on when it does', async () => {
    const one = await scene(mine, other);
    const { resolve } = one.world.python;
    one.world.python.resolve = async () => {
      throw new Fault('INDEX_UNREACHABLE', 'The package index does not answer.');
    };
    expect(await gated(one)).toMatchObject({
      kind: 'conflict',
      fault: {
        code: 'INDEX_UNREACHABLE',
        hints: [expect.stringContaining('orchestrate runs resume r1'), expect.anything()],
      },
    });
    one.world.python.resolve = resolve;
    expect(await gated(one)).toEqual({ kind: 'proven' });
  });

  it('is not taken from a side that was made for other requirements', async () => {
    // A person adds a line by hand and leaves the lock alone: the lock of the change does not know it.
    const one = await scene(mine, { 'requirements.in': `${asked}along>=2\n` });
    const tree = await exact(one);
    expect(await locked(one, tree)).toMatchObject({ numpy: '2.1.0', along: '3.0' });
  });

  it('stays the one of the change where the other side only wrote a comment', async () => {
    const one = await scene(mine, { 'requirements.in': `# mine\n${asked}` });
    const tree = await exact(one);
    expect(await text(one, tree, 'requirements.in')).toBe('# mine\nnumpy==2.1.0\npillow==11.0.0\n');
    expect(one.world.python.resolved).toEqual([]);
    expect(await locked(one, tree)).toMatchObject({ numpy: '2.1.0', pillow: '11.0.0' });
  });

  it('cannot be made anew where the environment was found: said in words', async () => {
    const borrowed = (more: Readonly<Record<string, string>>): string =>
      printLock({
        ...{ abi: 'cp312', platform: 'linux-x86_64', borrowed: '/srv/venv/bin/python' },
        packages: Object.entries({ ...versions, ...more }).map(([name, version]) => ({
          ...fakeLocked(name, version, null),
          ...{ sha256: [], file: '' },
        })),
      });
    const one = await scene(
      { 'requirements.lock': borrowed({ numpy: '2.1.0' }) },
      { 'requirements.lock': borrowed({ pillow: '11.1.0' }) },
      { borrowed: '/srv/venv/bin/python' },
    );
    expect(await refused(one)).toMatchObject({
      code: 'CHANGE_CONFLICT',
      message: expect.stringContaining('cannot be made anew'),
    });
    const alone = await scene(
      { 'requirements.lock': borrowed({ numpy: '2.1.0' }) },
      { 'docs/mine.md': 'mine\n' },
      { borrowed: '/srv/venv/bin/python' },
    );
    expect(await text(alone, await exact(alone), 'requirements.lock')).toBe(borrowed({ numpy: '2.1.0' }));
  });
});

describe('components.lock', () => {
  const parts = async (one: ChangeScene) => {
    const first = await one.world.store.treeOf(one.world.first);
    return parseComponents(await text(one, first, 'components.lock'));
  };

  it('is merged by component, in whatever order the lines stand', async () => {
    const plain = await changeScene();
    const [core] = await parts(plain);
    if (core === undefined) throw new Error('no component');
    const pack = (id: string) => ({ ...core, id, path: `custom_nodes/${id}`, source: id });
    const one = await scene(
      { 'components.lock': printComponents([core, pack('aaa')]) },
      { 'components.lock': printComponents([core, pack('bbb')]) },
    );
    const tree = await exact(one);
    const after = parseComponents(await text(one, tree, 'components.lock'));
    expect(after.map(({ id }) => id)).toEqual([core.id, 'aaa', 'bbb']);
    expect(one.latest('change.regenerated')?.files).toEqual([
      { path: 'components.lock', how: 'by component', from: ['components.lock'] },
    ]);
  });

  it('names the component that both moved, and two that would share a folder', async () => {
    const plain = await changeScene();
    const [core] = await parts(plain);
    if (core === undefined) throw new Error('no component');
    const at = (commit: string) => ({ 'components.lock': printComponents([{ ...core, commit: commit.repeat(40) }]) });
    expect(await refused(await scene(at('a'), at('b')))).toMatchObject({
      code: 'CHANGE_CONFLICT',
      data: { facts: [`component:${core.id}`] },
    });
    const pack = (id: string) => ({
      'components.lock': printComponents([core, { ...core, id, path: 'custom_nodes/same' }]),
    });
    expect(await refused(await scene(pack('one'), pack('two')))).toMatchObject({
      data: { facts: ['component:two', 'component:one'] },
    });
  });
});

describe('settings', () => {
  it('that both change are a conflict although no line is the same', async () => {
    const lines = (more: string, last = ''): Edits => ({ 'orchestrate.yaml': `${more}${configText()}${last}` });
    const one = await scene(lines('# first\n'), { 'docs/mine.md': 'mine\n' });
    expect(await refused(one)).toBe('clean');
    const port = (from: string, to: string) => configText().replace(`port: ${from}`, `port: ${to}`);
    const fighting = await scene(
      { 'orchestrate.yaml': port('8188', '8201') },
      { 'trees/mine.yaml': 'id: mine\nhome-port: 8201\n' },
    );
    expect(await refused(fighting)).toMatchObject({ code: 'CHANGE_CONFLICT', data: { facts: ['port:8201'] } });
  });
});

describe('a way back', () => {
  const restore = (one: ChangeScene, proposed: GitTreeId) => ({
    ...{ kind: 'restore', title: 'undo', to: '0000', commit: one.world.first, proposed, drops: [] },
  });

  it('makes nothing anew: what is made of two states is none that ever ran', async () => {
    const one = await scene(
      env('numpy==2.1.0\npillow==11.0.0\n', { numpy: '2.1.0' }),
      env(`${asked}along\n`, { along: '1.0' }),
    );
    const [plan] = one.rows('plan.made');
    const goal = restore(one, one.drafted.proposed as GitTreeId);
    await one.engine.ledger.append([
      { kind: 'plan.made', run: 'r1', keys: ['plan:r1'], data: { run: 'r1', plan: { ...plan?.plan, goal } } as never },
    ]);
    expect(await refused(one)).toMatchObject({
      code: 'CHANGE_CONFLICT',
      data: { paths: ['requirements.lock'] },
    });
    expect(one.world.python.resolved).toEqual([]);
  });
});

describe('what it guards against', () => {
  it('a text merge of the two locks is clean and cannot be installed: the harm', async () => {
    const needy = { ...index, pillow: { '11.0.0': {}, '11.1.0': { needs: ['numpy<2.1'] } } };
    const one = await scene(
      env('numpy==2.1.0\npillow==11.0.0\n', { numpy: '2.1.0' }),
      env('numpy==2.0.0\npillow==11.1.0\n', { pillow: '11.1.0' }),
      { index: needy },
    );
    const asText = await treeWith(
      one.world,
      one.world.first,
      env('numpy==2.1.0\npillow==11.1.0\n', { numpy: '2.1.0', pillow: '11.1.0' }),
    );
    const versionsOf = await locked(one, asText);
    const { python } = one.world;
    const requirements = Object.entries(versionsOf).map(([name, version]) => `${name}===${version}`);
    const found = await python.resolve({
      requirements,
      index: { kind: 'folder', path: '/i' },
      python: await python.probe({ toolsDir: '/t' }),
      toolsDir: '/t',
      mark: 'm',
    });
    expect(found).toMatchObject({ kind: 'impossible' });
    expect(await refused(one)).toMatchObject({ code: 'CHANGE_CONFLICT' });
  });
});
