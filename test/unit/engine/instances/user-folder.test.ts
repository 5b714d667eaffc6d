import { beforeEach, describe, expect, it } from 'vitest';

import { faultRecord } from '../../../../src/base/fault.ts';
import { asGitTreeId, type GitTreeId } from '../../../../src/base/ids.ts';
import { printComponents } from '../../../../src/domain/instances/components.ts';
import { dataOf, type JournalKind, row } from '../../../../src/domain/journal/kinds.ts';
import type { Engine } from '../../../../src/engine/engine.ts';
import { type Declaration, readDeclaration } from '../../../../src/engine/instances/compose.ts';
import { changeCore } from '../../../../src/engine/instances/user-folder.ts';
import { startEngine } from '../../../fakes/fake-life.ts';
import { adoptComponent, createWorld, type World } from '../../../fakes/fake-world.ts';

const user = '/home/anna/ComfyUI/user';
const migration = { 'alembic_db/versions/0002.py': 'revision = "0002"\n' };

let world: World;
let engine: Engine;
let nInstances = 0;

beforeEach(async () => {
  nInstances = 0;
  world = await createWorld();
  engine = (await startEngine(world)).engine;
  const files = { 'comfyui.db': 'old', 'default/comfy.settings.json': 'old', 'default/workflows/a.json': 'old' };
  for (const [path, text] of Object.entries(files)) world.files.put(`${user}/${path}`, text);
});

/** The home with a ComfyUI of these files. */
async function declaration(files: Readonly<Record<string, string>>): Promise<Declaration> {
  const { store, first } = world;
  const empty = asGitTreeId('4b825dc642cb6eb9a060e54bf8d69288fbee4904');
  const tree = await store.editTree(empty, new Map(Object.entries({ 'main.py': 'print()\n', ...files })));
  await adoptComponent(store, tree);
  const lock = printComponents([{ id: 'comfyui', path: '.', source: '/x', commit: null, tree }]);
  const home = await store.editTree(await store.treeOf(first), new Map([['components.lock', lock]]));
  const declared = await readDeclaration(engine, home);
  return { ...declared, config: { ...declared.config, service: { ...declared.config.service, userDir: user } } };
}

/** Production is composed from the declaration. */
async function composed({ tree }: { readonly tree: GitTreeId }): Promise<void> {
  nInstances += 1;
  const instance = `i${nInstances}`;
  const data = {
    ...{ instance, tree, environment: 'e', components: 'c', dir: `/i/${instance}`, port: 8188 },
    ...{ run: null, python: '/p', args: [] },
    purpose: 'production',
    seal: 'read-only bind',
  } as const;
  await engine.ledger.append([
    row('instance.composed', data, { keys: [`instance:${instance}`, 'composed:production'] }),
  ]);
}

const start = async (next: Declaration): Promise<void> => {
  await changeCore(engine, next);
  await composed(next);
};
const rows = <Kind extends JournalKind>(kind: Kind) =>
  engine.ledger.read({ kinds: [kind] }).map((entry) => dataOf(kind, entry));
const textOf = (path: string): Promise<string | undefined> => world.files.readText(`${user}/${path}`);

describe('the user folder when ComfyUI changes', () => {
  it('is kept for the restore point whose ComfyUI wrote it, before the other one starts', async () => {
    await changeCore(engine, await declaration({}));
    expect(rows('user.kept')).toEqual([]);
    await start(await declaration(migration));
    expect(rows('user.kept')).toEqual([
      expect.objectContaining({ instance: 'adopted', point: 0, dir: user, link: null, nFiles: 3, left: [] }),
    ]);
  });

  it('brings database and settings back, what SQLite left beside them goes, workflows stay', async () => {
    const [old, next] = [await declaration({}), await declaration(migration)];
    await start(old);
    await start(next);
    for (const path of ['comfyui.db', 'comfyui.db-wal', 'default/comfy.settings.json', 'default/workflows/a.json'])
      world.files.put(`${user}/${path}`, 'new');
    world.files.put(`${user}/default/workflows/b.json`, 'new');
    await start(old);
    expect(rows('user.broughtBack')).toEqual([
      expect.objectContaining({ written: ['comfyui.db', 'default/comfy.settings.json'], removed: ['comfyui.db-wal'] }),
    ]);
    expect([await textOf('comfyui.db'), await textOf('default/comfy.settings.json')]).toEqual(['old', 'old']);
    expect([await textOf('default/workflows/a.json'), await textOf('default/workflows/b.json')]).toEqual([
      'new',
      'new',
    ]);
    // What was there is kept too, for the way forward.
    await start(next);
    expect(await textOf('comfyui.db')).toBe('new');
    expect(await textOf('comfyui.db-wal')).toBe('new');
  });

  it('stays as it is where both versions know the same database', async () => {
    const [old, next] = [await declaration({}), await declaration({ 'nodes.py': 'x\n' })];
    await start(old);
    await start(next);
    world.files.put(`${user}/comfyui.db`, 'new');
    await start(old);
    expect(rows('user.broughtBack')).toEqual([]);
    expect(await textOf('comfyui.db')).toBe('new');
  });

  it('does nothing twice when it is called again after a kill', async () => {
    const [old, next] = [await declaration({}), await declaration(migration)];
    await start(old);
    await start(next);
    world.files.put(`${user}/comfyui.db`, 'new');
    await changeCore(engine, old);
    world.files.put(`${user}/comfyui.db`, 'written by the old one meanwhile');
    await changeCore(engine, old);
    expect(rows('user.kept')).toHaveLength(2);
    expect(rows('user.broughtBack')).toHaveLength(1);
    expect(await textOf('comfyui.db')).toBe('written by the old one meanwhile');
  });

  it('leaves out what cannot be kept, and says so', async () => {
    world.store.refuses.set('default/pipe', 'fifo');
    world.files.put(`${user}/default/pipe`, '');
    await start(await declaration({}));
    await start(await declaration(migration));
    expect(rows('user.kept')).toEqual([
      expect.objectContaining({ nFiles: 3, left: [{ path: 'default/pipe', reason: 'fifo' }] }),
    ]);
  });

  it('is followed when it is a link, and that is told', async () => {
    await world.files.rename(user, '/elsewhere');
    await world.files.link(user, '/elsewhere');
    await start(await declaration({}));
    await start(await declaration(migration));
    expect(rows('user.kept')).toEqual([expect.objectContaining({ dir: user, link: '/elsewhere', nFiles: 3 })]);
  });

  it('is kept in its database, settings and workflows where the whole is too much, and what is left out is told', async () => {
    world.files.put(`${user}/default/subgraphs/a.json`, 'a');
    world.files.put(`${user}/notes.txt`, 'a');
    const snapshot = world.store.snapshot.bind(world.store);
    // As a folder of more than 20,000 files: one more than there are of what matters.
    world.store.snapshot = (asked) => snapshot({ ...asked, limits: { ...asked.limits, maxFiles: 3 } });
    await start(await declaration({}));
    await start(await declaration(migration));
    const [kept] = rows('user.kept');
    expect((await world.store.list(asGitTreeId(kept?.tree ?? ''))).map(({ path }) => path)).toEqual([
      'comfyui.db',
      'default/comfy.settings.json',
      'default/workflows/a.json',
    ]);
    expect(kept?.left).toEqual([
      {
        path: '.',
        reason: expect.stringMatching(
          /^only database, settings and workflows were kept: .*too many files \(more than 3\)/,
        ) as string,
      },
    ]);
  });

  it('is kept in its database and settings at least, also where the database is larger than a file may be', async () => {
    const snapshot = world.store.snapshot.bind(world.store);
    world.store.snapshot = ({ limits, ...asked }) =>
      snapshot({
        ...asked,
        limits: { maxFiles: 2, maxFileBytes: limits.maxFileBytes / 2 ** 28, maxTotalBytes: 1_000 },
      });
    world.files.put(`${user}/comfyui.db`, 'ab');
    world.files.put(`${user}/default/comfy.settings.json`, 'ab');
    await start(await declaration({}));
    await start(await declaration(migration));
    expect(rows('user.kept')).toEqual([
      expect.objectContaining({
        nFiles: 2,
        left: [{ path: '.', reason: expect.stringContaining('only database and settings were kept') as string }],
      }),
    ]);
  });

  it('refuses the start where not even the database can be kept', async () => {
    const [old, next] = [await declaration({}), await declaration(migration)];
    await start(old);
    world.store.refuses.set('comfyui.db', 'too large (2000000000 bytes, at most 1073741824)');
    const fault = faultRecord(await changeCore(engine, next).catch((error: unknown) => error));
    expect(fault).toMatchObject({
      code: 'USER_FOLDER_NOT_KEPT',
      message: expect.stringContaining('comfyui.db: too large') as string,
      state: 'The other ComfyUI was not started; your user folder is as it was.',
      hints: [expect.stringContaining('orchestrate service start') as string, 'orchestrate doctor'],
    });
    expect(rows('user.kept')).toEqual([]);
    world.store.refuses.clear();
    await start(next);
    expect(rows('user.kept')).toHaveLength(1);
  });

  it('is kept again when the start failed and the person went on working', async () => {
    const next = await declaration(migration);
    await changeCore(engine, next);
    await changeCore(engine, next);
    expect(rows('user.kept')).toHaveLength(1);
    world.files.put(`${user}/comfyui.db`, 'a day of work');
    await changeCore(engine, next);
    const kept = rows('user.kept');
    expect(kept.map((one) => one?.instance)).toEqual(['adopted', 'adopted']);
    const texts = await Promise.all(
      kept.map((one) => world.store.readFile(asGitTreeId(one?.tree ?? ''), 'comfyui.db').then(String)),
    );
    expect(texts).toEqual(['old', 'a day of work']);
    // Both stay in the store.
    expect(kept.map((one) => world.store.refs.has(one?.ref ?? ''))).toEqual([true, true]);
  });

  it('is brought back whole before anything else when a full disk cut that off', async () => {
    const [old, next] = [await declaration({}), await declaration(migration)];
    await start(old);
    await start(next);
    for (const path of ['comfyui.db', 'default/comfy.settings.json']) world.files.put(`${user}/${path}`, 'new');
    const { writeAtomic } = world.files;
    world.files.writeAtomic = (path, ...more) =>
      path.endsWith('settings.json') ? Promise.reject(new Error('cut off')) : writeAtomic(path, ...more);
    await expect(changeCore(engine, old)).rejects.toThrow('cut off');
    world.files.writeAtomic = writeAtomic;
    // The person changes their mind: what is half old is nobody's, and is not filed as the new one's.
    await start(next);
    expect([await textOf('comfyui.db'), await textOf('default/comfy.settings.json')]).toEqual(['new', 'new']);
    await start(old);
    expect([await textOf('comfyui.db'), await textOf('default/comfy.settings.json')]).toEqual(['old', 'old']);
  });

  it('belongs to the newest production, however many proofs came since', async () => {
    const [old, next] = [await declaration({}), await declaration(migration)];
    await start(old);
    await start(next);
    const proof = { instance: 'i99', tree: old.tree, environment: 'e', components: 'c', dir: '/i/i99', port: 8191 };
    const more = { run: 'r1', python: '/p', args: [], purpose: 'proof', seal: 'read-only bind' } as const;
    for (let n = 0; n < 250; n += 1)
      await engine.ledger.append([row('instance.composed', { ...proof, ...more }, { keys: ['instance:i99'] })]);
    world.files.put(`${user}/comfyui.db`, 'new');
    await start(old);
    expect(rows('user.kept').map((one) => one?.instance)).toEqual(['i1', 'i2']);
    expect(await textOf('comfyui.db')).toBe('old');
  });

  it('is nothing to keep while it is absent or a dead link', async () => {
    await world.files.remove(user);
    await world.files.link(user, '/gone');
    await start(await declaration({}));
    await start(await declaration(migration));
    expect(rows('user.kept')).toEqual([]);
  });
});
