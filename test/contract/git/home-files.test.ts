import * as fs from 'node:fs';
import * as path from 'node:path';

import { describe, expect, test } from 'vitest';

import { asCommitId } from '../../../src/base/ids.ts';
import type { GitTreeId } from '../../../src/base/ids.ts';
import { filesIn, git, openWorkshop, sampleFiles, write, type Workshop } from './support.ts';

type Edits = Record<string, string | null>;

async function edited(shop: Workshop, edits: Edits, from?: GitTreeId): Promise<GitTreeId> {
  return shop.store.editTree(from ?? (await shop.store.treeOf(shop.base)), new Map(Object.entries(edits)));
}

describe('files of home', () => {
  test('become the new tree, and plain git status is clean', async () => {
    const shop = await openWorkshop();
    const tree = await edited(shop, {
      'requirements.lock': 'torch==2.11.0\n',
      'ops/run.sh': '#!/bin/sh\necho new\n',
      'docs/env-setup/notes.md': null,
      'workflows/new/deep.json': '{}\n',
    });
    const { applied, commit } = await shop.merge(tree, shop.base, 1);
    expect(applied).toEqual({
      written: ['docs/env-setup/notes.md', 'ops/run.sh', 'requirements.lock', 'workflows/new/deep.json'],
      kept: [],
      indexRefreshed: true,
    });
    expect(git(shop.homeDir, 'rev-parse', 'HEAD').trim()).toBe(commit);
    expect(git(shop.homeDir, 'status', '--porcelain')).toBe('');
    expect(fs.existsSync(path.join(shop.homeDir, 'docs'))).toBe(false);
    expect(fs.statSync(path.join(shop.homeDir, 'ops/run.sh')).mode & 0o111).not.toBe(0);
    expect(git(shop.homeDir, 'fsck', '--strict', '--no-dangling').trim()).toBe('');
    expect(fs.existsSync(path.join(shop.homeDir, '.git/orchestrate-tmp'))).toBe(false);
  });

  test('that the person edited, or has in the way, ignored ones included, are kept and told', async () => {
    const shop = await openWorkshop();
    const before = await shop.store.treeOf(shop.base);
    const tree = await edited(shop, {
      'requirements.lock': 'new\n',
      'orchestrate.yaml': 'new\n',
      'model.ignored': 'ours\n',
      'untracked.txt': 'ours\n',
      'ops/alerts.yaml': null,
      'fine.txt': 'ours\n',
    });
    write(shop.homeDir, {
      'requirements.lock': 'edited\n',
      'model.ignored': 'theirs\n',
      'untracked.txt': 'theirs\n',
      'ops/alerts.yaml': 'edited\n',
    });
    const compared = await shop.home.comparePaths(before, tree);
    expect(Object.fromEntries(compared.map((item) => [item.path, item.is]))).toEqual({
      'fine.txt': 'before',
      'model.ignored': 'other',
      'ops/alerts.yaml': 'other',
      'orchestrate.yaml': 'before',
      'requirements.lock': 'other',
      'untracked.txt': 'other',
    });
    expect(await shop.home.applyPaths(before, tree)).toEqual({
      written: ['fine.txt', 'orchestrate.yaml'],
      kept: ['model.ignored', 'ops/alerts.yaml', 'requirements.lock', 'untracked.txt'],
      indexRefreshed: true,
    });
    expect(filesIn(shop.homeDir)).toMatchObject({
      'requirements.lock': 'edited\n',
      'model.ignored': 'theirs\n',
      'untracked.txt': 'theirs\n',
      'ops/alerts.yaml': 'edited\n',
    });
  });

  test('are done with when they already are as they should be', async () => {
    const shop = await openWorkshop();
    const before = await shop.store.treeOf(shop.base);
    const tree = await edited(shop, { 'requirements.lock': 'new\n', added: 'a\n', 'ops/alerts.yaml': null });
    await shop.home.applyPaths(before, tree);
    expect(await shop.home.applyPaths(before, tree)).toEqual({ written: [], kept: [], indexRefreshed: true });
    expect((await shop.home.comparePaths(before, tree)).map(({ is }) => is)).toEqual(['after', 'after', 'after']);
  });

  test('may turn from file to folder, from folder to file, and to links', async () => {
    const shop = await openWorkshop({
      files: {
        'becomes-folder': 'file\n',
        'becomes-file/inside/a': 'a\n',
        'becomes-file/b': 'b\n',
        'becomes-link': 'file\n',
        stays: 's\n',
      },
    });
    const before = await shop.store.treeOf(shop.base);
    await shop.prepare(shop.base);
    const slot = shop.slot().dir;
    fs.rmSync(path.join(slot, 'becomes-folder'));
    fs.rmSync(path.join(slot, 'becomes-file'), { recursive: true });
    fs.rmSync(path.join(slot, 'becomes-link'));
    write(slot, { 'becomes-folder/x/y': 'now below\n', 'becomes-file': 'now a file\n' });
    fs.symlinkSync('stays', path.join(slot, 'becomes-link'));
    const tree = await shop.take();
    const { applied } = await shop.merge(tree, shop.base, 1);
    expect(applied).toMatchObject({ kept: [], indexRefreshed: true });
    expect(filesIn(shop.homeDir)).toMatchObject({
      'becomes-folder/x/y': 'now below\n',
      'becomes-file': 'now a file\n',
      'becomes-link': '-> stays',
      stays: 's\n',
    });
    expect(git(shop.homeDir, 'status', '--porcelain', '--', ':!trees', ':!.orchestrate')).toBe('');
    // A repeat, and the way back.
    expect(await shop.home.applyPaths(before, tree)).toEqual({ written: [], kept: [], indexRefreshed: true });
    expect(await shop.home.applyPaths(tree, before)).toMatchObject({ kept: [] });
    expect(filesIn(shop.homeDir)).toMatchObject({
      'becomes-folder': 'file\n',
      'becomes-file/inside/a': 'a\n',
      'becomes-link': 'file\n',
    });
  });

  test('in a folder that a file should replace are kept when one of them is the person’s', async () => {
    const shop = await openWorkshop({ files: { 'd/a': 'a\n', 'd/b': 'b\n' } });
    write(shop.homeDir, { 'd/mine': 'mine\n' });
    const tree = await edited(shop, { 'd/a': null, 'd/b': null });
    const withFile = await edited(shop, { d: 'file\n' }, tree);
    const applied = await shop.home.applyPaths(await shop.store.treeOf(shop.base), withFile);
    expect(applied.kept).toEqual(['d']);
    expect(fs.readFileSync(path.join(shop.homeDir, 'd/mine'), 'utf8')).toBe('mine\n');
  });

  test('are never written through a link that the person or an agent put in the path', async () => {
    const shop = await openWorkshop();
    const outside = path.join(shop.dir, 'outside');
    write(outside, { 'notes.md': 'first\nsecond\nthird\n', keep: 'k\n' });
    fs.rmSync(path.join(shop.homeDir, 'docs/env-setup'), { recursive: true });
    fs.symlinkSync(outside, path.join(shop.homeDir, 'docs/env-setup'));
    const before = await shop.store.treeOf(shop.base);
    for (const tree of [
      await edited(shop, { 'docs/env-setup/notes.md': 'changed\n', 'docs/env-setup/new.md': 'new\n' }),
      await edited(shop, { 'docs/env-setup/notes.md': null }),
    ]) {
      const applied = await shop.home.applyPaths(before, tree);
      expect(applied.written).toEqual([]);
      expect(applied.kept).toContain('docs/env-setup/notes.md');
    }
    expect(filesIn(outside)).toEqual({ 'notes.md': 'first\nsecond\nthird\n', keep: 'k\n' });
  });

  test('keep what the person has staged', async () => {
    const shop = await openWorkshop();
    write(shop.homeDir, { 'requirements.lock': 'staged\n', 'staged-new': 'staged\n' });
    git(shop.homeDir, 'add', 'requirements.lock', 'staged-new');
    write(shop.homeDir, { 'requirements.lock': sampleFiles['requirements.lock'] });
    fs.rmSync(path.join(shop.homeDir, 'staged-new'));
    const applied = await shop.home.applyPaths(
      await shop.store.treeOf(shop.base),
      await edited(shop, { 'requirements.lock': 'ours\n', 'staged-new': 'ours\n' }),
    );
    expect(applied).toEqual({ written: [], kept: ['requirements.lock', 'staged-new'], indexRefreshed: true });
    expect(git(shop.homeDir, 'show', ':requirements.lock')).toBe('staged\n');
    expect(git(shop.homeDir, 'show', ':staged-new')).toBe('staged\n');
  });

  test('keep the permissions that the person gave them', async () => {
    const shop = await openWorkshop();
    fs.chmodSync(path.join(shop.homeDir, 'requirements.lock'), 0o600);
    await shop.home.applyPaths(
      await shop.store.treeOf(shop.base),
      await edited(shop, { 'requirements.lock': 'new\n' }),
    );
    expect(fs.statSync(path.join(shop.homeDir, 'requirements.lock')).mode & 0o777).toBe(0o600);
  });

  test.each([2, 3, 4])(
    'have their entries in an index of version %i, and the others keep their flags',
    async (version) => {
      const shop = await openWorkshop();
      git(shop.homeDir, 'update-index', `--index-version=${version === 3 ? 2 : version}`);
      git(shop.homeDir, 'update-index', '--assume-unchanged', 'orchestrate.yaml');
      if (version === 3) git(shop.homeDir, 'update-index', '--skip-worktree', '.gitignore');
      const { applied } = await shop.merge(
        await edited(shop, { 'requirements.lock': 'new\n', 'ops/aa': 'a\n', 'ops/alerts.yaml': null }),
        shop.base,
        1,
      );
      expect(applied.indexRefreshed).toBe(true);
      expect(git(shop.homeDir, 'status', '--porcelain')).toBe('');
      expect(git(shop.homeDir, 'ls-files', '-v')).toBe(
        `${version === 3 ? 'S' : 'H'} .gitignore\nH docs/env-setup/notes.md\nH ops/aa\nH ops/run.sh\nh orchestrate.yaml\nH requirements.lock\n`,
      );
      expect(fs.readFileSync(path.join(shop.homeDir, '.git/index')).readUInt32BE(4)).toBe(version);
    },
  );

  test('leave an index alone that another git holds, or that is split', async () => {
    const shop = await openWorkshop();
    const before = await shop.store.treeOf(shop.base);
    const first = await edited(shop, { 'requirements.lock': 'one\n' });
    fs.writeFileSync(path.join(shop.homeDir, '.git/index.lock'), '');
    expect(await shop.home.applyPaths(before, first)).toEqual({
      written: ['requirements.lock'],
      kept: [],
      indexRefreshed: false,
    });
    fs.rmSync(path.join(shop.homeDir, '.git/index.lock'));
    git(shop.homeDir, 'update-index', '--split-index');
    const second = await edited(shop, { 'requirements.lock': 'two\n' });
    expect(await shop.home.applyPaths(first, second)).toEqual({
      written: ['requirements.lock'],
      kept: [],
      indexRefreshed: false,
    });
    expect(fs.existsSync(path.join(shop.homeDir, '.git/index.lock'))).toBe(false);
  });

  test('that are dirty are told: edited, removed, untracked, but not ignored', async () => {
    const shop = await openWorkshop();
    expect(await shop.home.dirtyPaths(shop.base)).toEqual([]);
    write(shop.homeDir, {
      'requirements.lock': 'edited\n',
      'new file.txt': 'x',
      'x.ignored': 'x',
      'excluded.txt': 'x',
      'trees/env-setup/y': 'y',
    });
    fs.appendFileSync(path.join(shop.homeDir, '.git/info/exclude'), 'excluded.txt\n');
    fs.rmSync(path.join(shop.homeDir, 'ops/alerts.yaml'));
    fs.chmodSync(path.join(shop.homeDir, 'ops/run.sh'), 0o644);
    expect(await shop.home.dirtyPaths(shop.base)).toEqual([
      'new file.txt',
      'ops/alerts.yaml',
      'ops/run.sh',
      'requirements.lock',
    ]);
  });
});

describe('objects and refs of home', () => {
  test('arrive with everything new and are whole without the store', async () => {
    const shop = await openWorkshop();
    const tree = await edited(shop, { 'requirements.lock': 'torch==2.11.0\n' });
    const { commit } = await shop.merge(tree, shop.base, 1);
    fs.rmSync(path.join(shop.dir, 'state'), { recursive: true });
    expect(git(shop.homeDir, 'fsck', '--full', '--strict', '--no-dangling').trim()).toBe('');
    expect(git(shop.homeDir, 'show', 'main:requirements.lock')).toBe('torch==2.11.0\n');
    expect(git(shop.homeDir, 'rev-parse', 'restore/0001-change^{commit}').trim()).toBe(commit);
  });

  test('are not written twice', async () => {
    const shop = await openWorkshop();
    const tree = await edited(shop, { 'requirements.lock': 'new\n' });
    const commit = await shop.commit(tree, [shop.base]);
    expect(await shop.home.deliverObjects({ commit, known: shop.base })).toEqual({ nObjects: 3, repaired: [] });
    expect(await shop.home.deliverObjects({ commit, known: shop.base })).toEqual({ nObjects: 0, repaired: [] });
  });

  test('include the commits between', async () => {
    const shop = await openWorkshop();
    const one = await shop.commit(await edited(shop, { a: '1\n' }), [shop.base]);
    const two = await shop.commit(await edited(shop, { a: '2\n' }), [one]);
    await shop.home.deliverObjects({ commit: two, known: shop.base });
    expect(await shop.home.updateRefs([{ ref: 'refs/heads/main', from: shop.base, to: two }])).toEqual({
      kind: 'moved',
    });
    expect(git(shop.homeDir, 'fsck', '--full', '--no-dangling').trim()).toBe('');
    expect(git(shop.homeDir, 'rev-list', '--count', 'main').trim()).toBe('3');
  });

  test('move only from the expected value, loose or packed', async () => {
    const shop = await openWorkshop();
    const next = await shop.commit(await edited(shop, { a: '1\n' }), [shop.base]);
    await shop.home.deliverObjects({ commit: next, known: shop.base });
    git(shop.homeDir, 'pack-refs', '--all');
    expect(await shop.home.findRef('refs/heads/main')).toBe(shop.base);
    expect(
      await shop.home.updateRefs([
        { ref: 'refs/tags/restore/0001', from: null, to: next },
        { ref: 'refs/heads/main', from: next, to: shop.base },
      ]),
    ).toEqual({ kind: 'refused', ref: 'refs/heads/main', actual: shop.base });
    expect(await shop.home.findRef('refs/tags/restore/0001')).toBeUndefined();
    expect(await shop.home.updateRefs([{ ref: 'refs/heads/main', from: shop.base, to: next }])).toEqual({
      kind: 'moved',
    });
    expect(git(shop.homeDir, 'reflog', '-1', '--format=%gs', 'main').trim()).toBe('orchestrate');
  });

  test('wait for a lock that goes away, and say so when it does not', async () => {
    const shop = await openWorkshop();
    const next = await shop.commit(await edited(shop, { a: '1\n' }), [shop.base]);
    await shop.home.deliverObjects({ commit: next, known: shop.base });
    const lock = path.join(shop.homeDir, '.git/refs/heads/main.lock');
    fs.writeFileSync(lock, '');
    await expect(shop.home.updateRefs([{ ref: 'refs/heads/main', from: shop.base, to: next }])).rejects.toMatchObject({
      code: 'GIT_FAILED',
      state: 'No ref was moved.',
    });
    setTimeout(() => fs.rmSync(lock), 60);
    expect(await shop.home.updateRefs([{ ref: 'refs/heads/main', from: shop.base, to: next }])).toEqual({
      kind: 'moved',
    });
  });
});

describe('a home that is looked at', () => {
  test('is ready with its branch', async () => {
    const { home, homeDir, base } = await openWorkshop();
    git(homeDir, 'switch', '--quiet', '--create', 'prod/main');
    expect(await home.inspect()).toEqual({
      kind: 'ready',
      gitDir: path.join(homeDir, '.git'),
      branchRef: 'refs/heads/prod/main',
      head: base,
      objectFormat: 'sha1',
    });
    git(homeDir, 'pack-refs', '--all');
    expect(await home.inspect()).toMatchObject({ kind: 'ready', head: base });
  });

  test.each<[string, string, (dir: string) => void]>([
    ['no repository', 'HOME_NOT_GIT', (dir) => fs.rmSync(path.join(dir, '.git'), { recursive: true })],
    ['a detached HEAD', 'HOME_DETACHED', (dir) => void git(dir, 'checkout', '--quiet', '--detach')],
    ['no commit', 'HOME_UNBORN', (dir) => void git(dir, 'checkout', '--quiet', '--orphan', 'empty')],
    ['core.bare', 'HOME_BARE', (dir) => void git(dir, 'config', 'core.bare', 'true')],
    [
      'sha256',
      'HOME_UNSUPPORTED',
      (dir) => fs.appendFileSync(path.join(dir, '.git/config'), '[extensions]\n\tobjectFormat = sha256\n'),
    ],
    [
      'reftable',
      'HOME_UNSUPPORTED',
      (dir) => fs.appendFileSync(path.join(dir, '.git/config'), '[extensions]\n\trefStorage = reftable\n'),
    ],
    [
      'a partial clone',
      'HOME_UNSUPPORTED',
      (dir) => fs.appendFileSync(path.join(dir, '.git/config'), '[extensions]\n\tpartialClone = origin\n'),
    ],
    [
      'an unknown extension',
      'HOME_UNSUPPORTED',
      (dir) => fs.appendFileSync(path.join(dir, '.git/config'), '[extensions]\n\tfuture = yes\n'),
    ],
    [
      'core.worktree',
      'HOME_UNSUPPORTED',
      (dir) => fs.appendFileSync(path.join(dir, '.git/config'), '[core]\n\tworktree = /victim ; "quoted" comment\n'),
    ],
    [
      'LFS in the configuration',
      'HOME_LFS',
      (dir) => void git(dir, 'config', 'filter.lfs.clean', 'git-lfs clean -- %f'),
    ],
    ['LFS in .gitattributes', 'HOME_LFS', (dir) => write(dir, { '.gitattributes': '*.bin filter=lfs -text\n' })],
    ['a filter in info/attributes', 'HOME_LFS', (dir) => write(dir, { '.git/info/attributes': '*.py filter=black\n' })],
    ['alternates', 'HOME_UNSUPPORTED', (dir) => write(dir, { '.git/objects/info/alternates': '/elsewhere/objects\n' })],
    ['a shallow clone', 'HOME_UNSUPPORTED', (dir) => write(dir, { '.git/shallow': `${'1'.repeat(40)}\n` })],
    [
      'a link as .git',
      'HOME_NOT_GIT',
      (dir) => (
        fs.renameSync(path.join(dir, '.git'), path.join(dir, 'git')),
        fs.symlinkSync('git', path.join(dir, '.git'))
      ),
    ],
    [
      'a file as .git',
      'HOME_UNSUPPORTED',
      (dir) => (
        fs.renameSync(path.join(dir, '.git'), path.join(dir, 'git')),
        fs.writeFileSync(path.join(dir, '.git'), 'gitdir: git\n')
      ),
    ],
    [
      'a symbolic branch',
      'HOME_UNSUPPORTED',
      (dir) => void git(dir, 'symbolic-ref', 'refs/heads/main', 'refs/heads/other'),
    ],
  ])('is unfit with %s', async (_what, code, spoil) => {
    const { home, homeDir } = await openWorkshop();
    spoil(homeDir);
    expect(await home.inspect()).toMatchObject({ kind: 'unfit', code });
  });

  test('is unfit when it is a bare repository', async () => {
    const { home, homeDir } = await openWorkshop();
    fs.renameSync(path.join(homeDir, '.git'), `${homeDir}.git`);
    fs.rmSync(homeDir, { recursive: true });
    fs.renameSync(`${homeDir}.git`, homeDir);
    expect(await home.inspect()).toMatchObject({ kind: 'unfit', code: 'HOME_BARE' });
  });

  test('is not read through a FIFO', async () => {
    const { home, homeDir, base } = await openWorkshop();
    for (const file of ['config', 'HEAD', 'refs/heads/main', 'packed-refs', 'info/attributes', 'shallow']) {
      fs.rmSync(path.join(homeDir, '.git', file), { force: true });
      const { spawnSync } = await import('node:child_process');
      spawnSync('mkfifo', [path.join(homeDir, '.git', file)]);
    }
    expect(await home.inspect()).toMatchObject({ kind: 'unfit' });
    expect(await home.findRef('refs/heads/main')).toBeUndefined();
    await home.fingerprint([]);
    expect(asCommitId(base)).toBe(base);
  });
});
