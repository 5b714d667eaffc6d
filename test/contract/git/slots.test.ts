import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';

import { describe, expect, test } from 'vitest';

import { filesIn, git, limits, openWorkshop, sampleFiles, write, type Workshop } from './support.ts';

const admin = (shop: Workshop, name = 'env-setup'): string => path.join(shop.homeDir, '.git/worktrees', name);

/** Everything in the trash, by the name it had. */
function trashed(shop: Workshop): Record<string, string> {
  const found: Record<string, string> = {};
  for (const place of fs.existsSync(shop.trashDir) ? fs.readdirSync(shop.trashDir) : [])
    Object.assign(found, filesIn(path.join(shop.trashDir, place)));
  return found;
}

function expectClean(shop: Workshop, commit: string, name = 'env-setup'): void {
  const { dir } = shop.slot(name);
  expect(git(dir, 'status', '--porcelain', '--ignored')).toBe('');
  expect(git(dir, 'rev-parse', 'HEAD').trim()).toBe(commit);
  expect(git(dir, 'log', '-1', '--format=%s').trim()).not.toBe('');
  expect(git(dir, 'rev-parse', '--show-toplevel').trim()).toBe(dir);
}

describe('a slot', () => {
  test('is a linked work tree in which a person’s git is clean', async () => {
    const shop = await openWorkshop();
    expect(await shop.prepare(shop.base)).toEqual({ how: 'created', trashed: [] });
    expect(filesIn(shop.slot().dir)).toEqual(sampleFiles);
    expectClean(shop, shop.base);
    expect(fs.statSync(path.join(shop.slot().dir, 'ops/run.sh')).mode & 0o111).not.toBe(0);
    expect(git(shop.homeDir, 'worktree', 'list', '--porcelain')).toContain(
      `worktree ${shop.slot().dir}\nHEAD ${shop.base}\ndetached`,
    );
    git(shop.homeDir, 'worktree', 'prune', '--verbose', '--expire=now');
    expectClean(shop, shop.base);
  });

  test('is recycled: what is right stays untouched, edits and leftovers go to the trash', async () => {
    const shop = await openWorkshop();
    await shop.prepare(shop.base);
    const { dir } = shop.slot();
    const untouched = fs.statSync(path.join(dir, 'orchestrate.yaml')).ino;
    write(dir, {
      'requirements.lock': 'edited\n',
      'untracked/deep.txt': 'u\n',
      'x.ignored': 'i\n',
      'ops/extra': 'e\n',
    });
    fs.rmSync(path.join(dir, 'docs'), { recursive: true });
    fs.chmodSync(path.join(dir, 'ops/run.sh'), 0o644);
    const again = await shop.prepare(shop.base);
    expect(again.how).toBe('recycled');
    expect([...again.trashed].sort()).toEqual([
      'ops/extra',
      'ops/run.sh',
      'requirements.lock',
      'untracked',
      'x.ignored',
    ]);
    expect(trashed(shop)).toMatchObject({
      'requirements.lock': 'edited\n',
      'untracked/deep.txt': 'u\n',
      'x.ignored': 'i\n',
      'ops/extra': 'e\n',
    });
    expect(filesIn(dir)).toEqual(sampleFiles);
    expect(fs.statSync(path.join(dir, 'orchestrate.yaml')).ino).toBe(untouched);
    expectClean(shop, shop.base);
    expect(await shop.prepare(shop.base)).toEqual({ how: 'recycled', trashed: [] });
  });

  test('moves to another commit and back', async () => {
    const shop = await openWorkshop();
    await shop.prepare(shop.base);
    const tree = await shop.store.editTree(
      await shop.store.treeOf(shop.base),
      new Map([
        ['requirements.lock', 'new\n'],
        ['ops/alerts.yaml', null],
        ['a/b/c', 'c\n'],
      ]),
    );
    const { commit } = await shop.merge(tree, shop.base, 1);
    expect(await shop.prepare(commit)).toMatchObject({ how: 'recycled' });
    expectClean(shop, commit);
    expect(filesIn(shop.slot().dir)).toMatchObject({ 'a/b/c': 'c\n', 'requirements.lock': 'new\n' });
    await shop.prepare(shop.base);
    expectClean(shop, shop.base);
    expect(filesIn(shop.slot().dir)).toEqual(sampleFiles);
  });

  test('keeps what it is told to keep', async () => {
    const shop = await openWorkshop();
    await shop.prepare(shop.base);
    const { dir } = shop.slot();
    write(dir, { '.venv/bin/python': 'p\n', 'ops/cache/kept/x': 'k\n', 'ops/cache/other': 'o\n', left: 'l\n' });
    const again = await shop.home.prepareSlot({
      slot: shop.slot(),
      commit: shop.base,
      trashDir: shop.trashDir,
      keepIgnored: ['.venv/', 'ops/cache/kept'],
    });
    expect([...again.trashed].sort()).toEqual(['left', 'ops/cache/other']);
    expect(filesIn(dir)).toEqual({ ...sampleFiles, '.venv/bin/python': 'p\n', 'ops/cache/kept/x': 'k\n' });
  });

  test('is cleaned of links, FIFOs, nested repositories, and names that are not UTF-8', async () => {
    const shop = await openWorkshop();
    await shop.prepare(shop.base);
    const { dir } = shop.slot();
    const outside = path.join(shop.dir, 'outside');
    write(outside, { 'notes.md': 'outside\n', 'alerts.yaml': 'outside\n' });
    fs.rmSync(path.join(dir, 'docs/env-setup'), { recursive: true });
    fs.symlinkSync(outside, path.join(dir, 'docs/env-setup'));
    fs.rmSync(path.join(dir, 'orchestrate.yaml'));
    fs.symlinkSync('/etc/passwd', path.join(dir, 'orchestrate.yaml'));
    fs.rmSync(path.join(dir, 'requirements.lock'));
    spawnSync('mkfifo', [path.join(dir, 'requirements.lock'), path.join(dir, 'fifo')]);
    git(dir, 'init', '--quiet', 'nested');
    fs.writeFileSync(Buffer.concat([Buffer.from(`${dir}/`), Buffer.from([0x62, 0xff, 0x64])]), 'bad name\n');
    fs.linkSync(path.join(outside, 'alerts.yaml'), path.join(dir, 'hard-link'));
    fs.rmSync(path.join(dir, 'ops/alerts.yaml'));
    fs.linkSync(path.join(outside, 'alerts.yaml'), path.join(dir, 'ops/alerts.yaml'));
    await shop.prepare(shop.base);
    expect(filesIn(dir)).toEqual(sampleFiles);
    expect(filesIn(outside)).toEqual({ 'notes.md': 'outside\n', 'alerts.yaml': 'outside\n' });
    expectClean(shop, shop.base);
  });

  test.each<[string, (pointer: string, shop: Workshop) => void]>([
    ['deleted', (pointer) => fs.rmSync(pointer)],
    ['a folder', (pointer) => (fs.rmSync(pointer), git(path.dirname(pointer), 'init', '--quiet'))],
    ['a link', (pointer) => (fs.rmSync(pointer), fs.symlinkSync('/etc/passwd', pointer))],
    ['a FIFO', (pointer) => (fs.rmSync(pointer), spawnSync('mkfifo', [pointer]))],
    ['pointed elsewhere', (pointer, shop) => fs.writeFileSync(pointer, `gitdir: ${shop.dir}/evil\n`)],
  ])('is rebuilt when its .git is %s, within two seconds', async (_what, replace) => {
    const shop = await openWorkshop();
    await shop.prepare(shop.base);
    const slots = [shop.slot()];
    const before = await shop.home.fingerprint(slots);
    write(shop.slot().dir, { left: 'l\n' });
    replace(path.join(shop.slot().dir, '.git'), shop);
    const startedMs = performance.now();
    expect(await shop.home.fingerprint(slots)).not.toEqual(before);
    expect(await shop.home.listSlots()).toEqual([{ name: 'env-setup', state: 'half', head: shop.base }]);
    expect(await shop.store.snapshot({ dir: shop.slot().dir, limits })).toMatchObject({ kind: 'taken' });
    expect(await shop.prepare(shop.base)).toMatchObject({ how: 'rebuilt' });
    expect(performance.now() - startedMs).toBeLessThan(2_000);
    expect(trashed(shop)).toMatchObject({ left: 'l\n' });
    expectClean(shop, shop.base);
  });

  test('is rebuilt when its administration is gone, half there, or no folder', async () => {
    const shop = await openWorkshop();
    await shop.prepare(shop.base);
    for (const spoil of [
      () => fs.rmSync(admin(shop), { recursive: true }),
      () => fs.rmSync(path.join(admin(shop), 'HEAD')),
      () => fs.writeFileSync(path.join(admin(shop), 'commondir'), '/victim\n'),
      () => (fs.rmSync(admin(shop), { recursive: true }), fs.writeFileSync(admin(shop), 'a file\n')),
      () => (fs.rmSync(admin(shop), { recursive: true }), fs.symlinkSync('/tmp', admin(shop))),
    ]) {
      spoil();
      expect(await shop.prepare(shop.base)).toMatchObject({ how: 'rebuilt' });
      expectClean(shop, shop.base);
    }
  });

  test('loses what a git left in its administration: merges, sequences, locks, flags of the index', async () => {
    const shop = await openWorkshop();
    await shop.prepare(shop.base);
    write(admin(shop), {
      MERGE_HEAD: `${shop.base}\n`,
      'index.lock': '',
      'sequencer/todo': 'pick',
      'config.worktree': '[core]\n\tfsmonitor = /bin/false\n',
      HEAD: 'ref: refs/heads/main\n',
    });
    write(shop.slot().dir, { 'ops/alerts.yaml': 'hidden\n' });
    fs.rmSync(path.join(admin(shop), 'index.lock'));
    git(shop.slot().dir, 'update-index', '--assume-unchanged', 'ops/alerts.yaml');
    await shop.prepare(shop.base);
    expect(fs.readdirSync(admin(shop)).sort()).toEqual(['HEAD', 'commondir', 'gitdir', 'index']);
    expect(git(shop.slot().dir, 'ls-files', '-v')).not.toMatch(/^[a-z]/m);
    expectClean(shop, shop.base);
  });

  test('does not take the name of a work tree that the person has elsewhere', async () => {
    const shop = await openWorkshop();
    const elsewhere = path.join(shop.dir, 'mine/env-setup');
    git(shop.homeDir, 'worktree', 'add', '--quiet', '--detach', elsewhere);
    await expect(shop.prepare(shop.base)).rejects.toMatchObject({ code: 'NAME_INVALID' });
    await expect(shop.home.removeSlot({ slot: shop.slot(), trashDir: shop.trashDir })).rejects.toMatchObject({
      code: 'NAME_INVALID',
    });
    expect(git(elsewhere, 'status', '--porcelain')).toBe('');
    expect(await shop.home.listSlots()).toEqual([]);
  });

  test.each(['', '..', 'a/b', '-x', 'HEAD.lock', '.git', 'a..b', 'x'.repeat(300)])(
    'refuses the name %j',
    async (name) => {
      const shop = await openWorkshop();
      await expect(shop.prepare(shop.base, name)).rejects.toMatchObject({ code: 'NAME_INVALID' });
      expect(fs.existsSync(path.join(shop.homeDir, '.git/worktrees'))).toBe(false);
    },
  );

  test('is listed, removed to the trash, and forgotten', async () => {
    const shop = await openWorkshop();
    await shop.prepare(shop.base, 'env-setup');
    await shop.prepare(shop.base, 'env-setup@2');
    await shop.prepare(shop.base, 'ops-maint');
    fs.rmSync(shop.slot('ops-maint').dir, { recursive: true });
    fs.mkdirSync(path.join(shop.homeDir, 'trees/models-integ'));
    write(shop.homeDir, { 'trees/env-setup.yaml': 'scope: []\n' });
    expect(await shop.home.listSlots()).toEqual([
      { name: 'env-setup', state: 'linked', head: shop.base },
      { name: 'env-setup@2', state: 'linked', head: shop.base },
      { name: 'models-integ', state: 'half', head: null },
      { name: 'ops-maint', state: 'missing', head: shop.base },
    ]);
    write(shop.slot('env-setup@2').dir, { left: 'l\n' });
    for (let times = 0; times < 2; times++) {
      for (const name of ['env-setup@2', 'models-integ', 'ops-maint'])
        await shop.home.removeSlot({ slot: shop.slot(name), trashDir: shop.trashDir });
    }
    expect(await shop.home.listSlots()).toEqual([{ name: 'env-setup', state: 'linked', head: shop.base }]);
    expect(trashed(shop)).toMatchObject({ 'slot/left': 'l\n' });
    expect(await shop.prepare(shop.base, 'env-setup@2')).toMatchObject({ how: 'created' });
  });

  test('costs no git process and no hashing when nothing moved', async () => {
    const shop = await openWorkshop();
    await shop.prepare(shop.base);
    await new Promise((resolve) => setTimeout(resolve, 30));
    await shop.prepare(shop.base);
    const taken = await shop.store.snapshot({ dir: shop.slot().dir, limits, cacheKey: 'slot:env-setup' });
    expect(taken).toMatchObject({ kind: 'taken', nHashed: 0, tree: await shop.store.treeOf(shop.base) });
  });
});
