import { spawn } from 'node:child_process';
import { once } from 'node:events';
import * as fs from 'node:fs';
import * as path from 'node:path';

import { describe, expect, it } from 'vitest';

import { createLinuxProcessTable } from '../../src/adapters/process/linux-process-table.ts';
import { asGitTreeId } from '../../src/base/ids.ts';
import { row } from '../../src/domain/journal/kinds.ts';
import { carryOutRemoval } from '../../src/engine/removal/carry-out.ts';
import { emptyTrash, planEmpty } from '../../src/engine/removal/empty-trash.ts';
import { noteUnrecorded } from '../../src/engine/removal/note-trash.ts';
import { planRemoval } from '../../src/engine/removal/plan-removal.ts';
import { readTrash } from '../../src/engine/removal/read-trash.ts';
import { restoreTrash } from '../../src/engine/removal/restore-trash.ts';
import { findBroken, mendPoints } from '../../src/engine/restore/mend.ts';
import { anna } from '../fakes/fake-world.ts';
import { code, type Scene, scene } from '../support/no-loss/scene.ts';
import { git, write } from './git/support.ts';

describe('a removal', () => {
  it('takes a slot that holds nothing of anybody, and makes it anew', async () => {
    const at = await scene();
    expect(await at.obstacles()).toEqual(['trash']);
    const id = await at.remove(false);
    expect(fs.existsSync(at.slot)).toBe(false);
    expect(readTrash(at.engine)).toMatchObject([{ id, what: 'slot', from: at.slot, holdsWork: false, leftOut: [] }]);
    expect(await at.obstacles()).toEqual(['absent']);
    expect(await at.prepare('r2')).toMatchObject({ how: 'created' });
    // The same slot, the same state: another removal all the same.
    expect(await at.remove(false)).not.toBe(id);
    expect(fs.existsSync(at.slot)).toBe(false);
  });

  it.each<[string, (at: Scene) => void, readonly string[]]>([
    ['untracked', (at) => write(at.slot, { 'mine.txt': 'mine' }), ['dirty']],
    ['ignored', (at) => write(at.slot, { 'mine.ignored': 'mine' }), ['dirty']],
    ['edited', (at) => write(at.slot, { 'ops/alerts.yaml': 'mine' }), ['dirty']],
    ['a nested repository', (at) => void git(at.slot, 'init', '--quiet', 'nested'), ['dirty']],
    [
      'committed',
      (at) => {
        write(at.slot, { 'mine.txt': 'mine' });
        git(at.slot, 'add', '--all');
        git(at.slot, 'commit', '--quiet', '--message', 'mine');
      },
      ['dirty', 'unmerged'],
    ],
    ['a branch of the person', (at) => void git(at.slot, 'checkout', '--quiet', '-b', 'other'), ['unmerged']],
  ])('refuses what holds work (%s), or keeps a backup of it', async (_what, spoil, expected) => {
    const at = await scene();
    spoil(at);
    expect(await at.obstacles()).toEqual(expected);
    expect(await at.obstacles(true)).toEqual(['trash']);
    expect(await at.remove(true)).toMatch(/^t[0-9a-f]{8}$/);
    expect(fs.existsSync(at.slot)).toBe(false);
    expect(readTrash(at.engine)[0]?.ref).toMatch(/^refs\/orchestrate\/trash\/t/);
  });

  it('never takes what is leased, locked, live or somebody else’s, not to the trash either', async () => {
    const at = await scene();
    const keys = ['lease:slot:env-setup'];
    const lease = { run: 'r1', slot: 'env-setup', tree: 'env-setup', port: 8191, homePort: 8188, skipped: [] };
    await at.engine.ledger.append([row('lease.taken', lease, { keys })]);
    git(at.homeDir, 'worktree', 'lock', '--reason', 'mine', at.slot);
    at.processes.strangersInside.push({ pid: 4711, argv: ['/usr/bin/vim'], by: 'cwd', dir: `${at.slot}/docs` });
    expect(await at.obstacles(true)).toEqual(['leased', 'live', 'locked']);
    const own = path.join(at.dir, 'own');
    git(at.homeDir, 'worktree', 'add', '--quiet', '--detach', own);
    const below = path.join(at.homeDir, 'trees/own');
    git(at.homeDir, 'worktree', 'add', '--quiet', '--detach', below);
    const targets = [
      { kind: 'worktree', name: 'own', dir: own },
      { kind: 'slot', name: 'own', dir: below },
      { kind: 'instance', name: 'x', dir: at.homeDir },
    ] as const;
    for (const { decision } of (await planRemoval(at.engine, targets, { toTrash: true })).items)
      expect(decision).toMatchObject({ kind: 'refused', reasons: [{ obstacle: 'adopted' }] });
  });

  it('is of exactly the plan that was shown', async () => {
    const at = await scene();
    write(at.slot, { 'mine.txt': 'mine' });
    const plan = await planRemoval(at.engine, [at.target], { toTrash: true });
    write(at.slot, { 'mine.txt': 'other' });
    expect(await code(carryOutRemoval(at.engine, plan, anna))).toBe('PLAN_MOVED');
    expect(fs.readFileSync(`${at.slot}/mine.txt`, 'utf8')).toBe('other');
    // A plan of somebody's own making has another hash, and goes nowhere.
    const [item] = (await planRemoval(at.engine, [at.target], { toTrash: true })).items;
    if (item === undefined) throw new Error('nothing was planned');
    const forged = { ...plan, items: [{ ...item, target: { ...item.target, name: '../..' } }] };
    expect(await code(carryOutRemoval(at.engine, forged, anna))).toBe('PLAN_MOVED');
    expect(fs.existsSync(at.slot)).toBe(true);
  });

  it('goes on after a kill, whether or not the slot had been moved', async () => {
    const at = await scene();
    write(at.slot, { 'mine.txt': 'mine' });
    const plan = await planRemoval(at.engine, [at.target], { toTrash: true });
    const dying = {
      ...at.engine,
      home: {
        ...at.engine.home,
        removeSlot: async (options: Parameters<typeof at.engine.home.removeSlot>[0]) => {
          await at.engine.home.removeSlot(options);
          throw new Error('killed');
        },
      },
    };
    await expect(carryOutRemoval(dying, plan, anna)).rejects.toThrow('killed');
    expect(fs.existsSync(at.slot)).toBe(false);
    expect(readTrash(at.engine)).toEqual([]);
    await carryOutRemoval(at.engine, plan, anna);
    await carryOutRemoval(at.engine, plan, anna);
    expect(readTrash(at.engine)).toHaveLength(1);
    expect(readTrash(at.engine)[0]).toMatchObject({ what: 'slot', holdsWork: true });
  });
});

describe('the trash', () => {
  it('brings a slot back as a work tree, or its files alone to another place, and writes over nothing', async () => {
    const at = await scene();
    write(at.slot, { 'mine.txt': 'mine' });
    const id = await at.remove();
    write(at.dir, { 'taken/file': 'x' });
    const back = (to: string | null, key: string) => restoreTrash(at.engine, { id, to, key, by: anna });
    expect(await code(back(`${at.dir}/taken`, 'k1'))).toBe('TRASH_TAKEN');
    expect(await code(back(`${at.engine.paths.trees}/x`, 'k2'))).toBe('USAGE_BAD_ARGUMENT');
    expect(await back(null, 'k3')).toMatchObject({ to: at.slot, how: 'moved' });
    expect(git(at.slot, 'status', '--short')).toBe('?? mine.txt\n');
    const again = await at.remove();
    const to = `${at.dir}/copy`;
    await restoreTrash(at.engine, { id: again, to, key: 'k4', by: anna });
    expect(fs.readFileSync(`${to}/mine.txt`, 'utf8')).toBe('mine');
    expect(fs.existsSync(`${to}/.git`)).toBe(false);
  });

  it('puts single files back between the ones that are there, all of them or none', async () => {
    const at = await scene();
    write(at.slot, { 'd/mine.txt': 'mine', 'e.txt': 'e' });
    await at.prepare('r2');
    const [item] = readTrash(at.engine);
    expect(item).toMatchObject({ what: 'slot-files', name: 'env-setup', why: 'it was in the way of r2', run: 'r2' });
    const back = (key: string) => restoreTrash(at.engine, { id: item?.id ?? '', to: null, key, by: anna });
    write(at.slot, { 'e.txt': 'another' });
    expect(await code(back('k1'))).toBe('TRASH_TAKEN');
    expect(fs.existsSync(`${at.slot}/d`)).toBe(false);
    fs.rmSync(`${at.slot}/e.txt`);
    await back('k2');
    expect(fs.readFileSync(`${at.slot}/d/mine.txt`, 'utf8')).toBe('mine');
    expect(readTrash(at.engine)[0]?.state).toBe('restored');
  });

  it('keeps commits that only a slot named, and work, until that is said as well', async () => {
    const at = await scene();
    write(at.slot, { 'mine.txt': 'mine' });
    git(at.slot, 'add', '--all');
    git(at.slot, 'commit', '--quiet', '--message', 'mine');
    const commit = git(at.slot, 'rev-parse', 'HEAD').trim();
    await at.prepare('r2');
    git(at.homeDir, 'reflog', 'expire', '--expire=now', '--all');
    git(at.homeDir, 'gc', '--quiet', '--prune=now');
    const [item] = readTrash(at.engine);
    if (item === undefined || item.ref === null || item.tree === null) throw new Error('there is no backup');
    expect(item).toMatchObject({ commits: [commit], holdsWork: true });
    expect(git(at.storeDir, 'rev-list', item.ref)).toContain(commit);
    const choice = { ids: [item.id], olderThanMs: 0, andRefs: false };
    const { hash } = await planEmpty(at.engine, choice);
    await emptyTrash(at.engine, { choice, hash, key: 'e1', by: anna });
    expect(fs.existsSync(item.place)).toBe(false);
    const to = `${at.dir}/copy`;
    expect(await restoreTrash(at.engine, { id: item.id, to, key: 'k1', by: anna })).toMatchObject({
      how: 'from-backup',
    });
    expect(fs.readFileSync(`${to}/mine.txt`, 'utf8')).toBe('mine');
    expect((await at.store.list(asGitTreeId(item.tree))).map((one) => one.path)).toEqual(['mine.txt']);
    const all = { ...choice, andRefs: true };
    const plan = await planEmpty(at.engine, all);
    expect(plan.items).toMatchObject([{ refGoes: true }]);
    await emptyTrash(at.engine, { choice: all, hash: plan.hash, key: 'e2', by: anna });
    expect(await at.store.findRef(item.ref)).toBeUndefined();
  });

  it('does not empty a folder that no backup holds whole', async () => {
    const at = await scene();
    git(at.slot, 'init', '--quiet', 'nested');
    write(at.slot, { 'nested/file': 'x' });
    const id = await at.remove();
    const choice = { ids: [id], olderThanMs: 0, andRefs: false };
    expect(await planEmpty(at.engine, choice)).toMatchObject({ items: [], kept: [{ id }] });
    expect(await planEmpty(at.engine, { ...choice, ids: [] })).toMatchObject({ items: [] });
  });

  it('finds what lies there without a record', async () => {
    const at = await scene();
    write(at.engine.paths.trash, { 'r7-env-setup/env-setup.mb3k-0f12ab/mine.txt': 'mine', 'what/ever': 'x' });
    expect(await noteUnrecorded(at.engine)).toHaveLength(2);
    expect(await noteUnrecorded(at.engine)).toEqual([]);
    expect(readTrash(at.engine)).toMatchObject([
      { what: 'slot-files', name: 'env-setup', run: 'r7', holdsWork: true },
      { what: 'found', name: 'what', holdsWork: true },
    ]);
  });
});

it('restore tags are what the journal says, whoever deletes or moves them', async () => {
  const { engine, homeDir, storeDir } = await scene();
  const ref = 'refs/tags/restore/0000-adopted';
  const object = git(storeDir, 'rev-parse', ref).trim();
  expect(await findBroken(engine)).toEqual([]);
  git(storeDir, 'update-ref', '-d', ref);
  git(homeDir, 'update-ref', ref, git(homeDir, 'rev-parse', 'HEAD').trim());
  expect(await findBroken(engine)).toMatchObject([
    { where: 'store', found: null },
    { where: 'home', found: git(homeDir, 'rev-parse', 'HEAD').trim() },
  ]);
  expect(await mendPoints(engine)).toHaveLength(2);
  expect(await findBroken(engine)).toEqual([]);
  expect(await mendPoints(engine)).toEqual([]);
  for (const dir of [storeDir, homeDir]) expect(git(dir, 'rev-parse', ref).trim()).toBe(object);
});

describe.runIf(process.platform === 'linux')('a look for processes inside of a folder', () => {
  it('finds who works there, has a file open there, or neither', async () => {
    const at = await scene();
    const { inside } = createLinuxProcessTable();
    expect(await inside(at.slot)).toEqual([]);
    const worker = spawn('sleep', ['60'], { cwd: `${at.slot}/docs`, stdio: 'ignore' });
    const reader = spawn('sh', ['-c', 'exec 9<"$1"; echo up; sleep 60', 'sh', `${at.slot}/orchestrate.yaml`], {
      cwd: '/',
      stdio: ['ignore', 'pipe', 'ignore'],
      detached: true,
    });
    try {
      await once(reader.stdout, 'data');
      const found = (await inside(at.slot)) ?? [];
      expect(found).toContainEqual({ pid: worker.pid, argv: ['sleep', '60'], by: 'cwd' });
      expect(found.find(({ pid }) => pid === reader.pid)?.by).toBe('file');
    } finally {
      worker.kill('SIGKILL');
      if (reader.pid !== undefined) process.kill(-reader.pid, 'SIGKILL');
    }
  });
});
