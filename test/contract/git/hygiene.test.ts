import { spawn, spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';

import { describe, expect, onTestFinished, test } from 'vitest';

import { Folder } from '../../../src/adapters/git/folder.ts';
import { compareFingerprints } from '../../../src/adapters/git/home-fingerprint.ts';
import { clearDeadLocks } from '../../../src/adapters/git/stale-locks.ts';
import { createInProcessSpawner } from '../../../src/adapters/process/in-process-spawner.ts';
import type { Spawner } from '../../../src/adapters/process/spawner.ts';
import { filesIn, git, limits, openWorkshop, searchPath, temporaryFolder, write } from './support.ts';

describe('every git call', () => {
  test('has an environment from nothing, the flags, and no repository but the one meant', async () => {
    const calls: {
      readonly args: readonly string[];
      readonly env: Readonly<Record<string, string>>;
      readonly cwd?: string;
    }[] = [];
    const inner = createInProcessSpawner();
    const spawner: Spawner = {
      ...inner,
      run: (spec, signal) => (calls.push(spec), inner.run(spec, signal)),
      open: (spec) => (calls.push(spec), inner.open(spec)),
    };
    const shop = await openWorkshop({ spawner });
    const { store, home, base } = shop;
    const before = await store.treeOf(base);
    const tree = await store.editTree(before, new Map([['requirements.lock', 'x\n']]));
    const other = await shop.commit(await store.editTree(before, new Map([['ops/alerts.yaml', 'y\n']])), [base]);
    await store.merge({ base, ours: other, theirs: await shop.commit(tree, [base]) });
    await store.isAncestor(other, base);
    await store.verify();
    await home.dirtyPaths(base);
    await shop.merge(tree, base, 1);

    expect(new Set(calls.map(({ args }) => args.find((arg) => /^[a-z]/.test(arg) && !arg.includes('='))))).toEqual(
      new Set(['cat-file', 'update-ref', 'pack-objects', 'index-pack', 'merge-tree', 'merge-base', 'fsck', 'ls-files']),
    );
    for (const { args, env, cwd } of calls) {
      expect(args.slice(0, 3)).toEqual(['--no-pager', '--no-replace-objects', '--literal-pathspecs']);
      expect(args).toContain('core.hooksPath=/dev/null');
      expect(args).toContain('core.fsync=all');
      expect(env).toMatchObject({
        PATH: searchPath,
        GIT_CONFIG_NOSYSTEM: '1',
        GIT_CONFIG_GLOBAL: '/dev/null',
        GIT_NO_REPLACE_OBJECTS: '1',
        GIT_TERMINAL_PROMPT: '0',
      });
      expect(
        Object.keys(env)
          .filter((key) => !key.startsWith('GIT_'))
          .sort(),
      ).toEqual(['HOME', 'LC_ALL', 'PATH', 'SSH_ASKPASS', 'TZ', 'XDG_CONFIG_HOME']);
      expect(fs.readdirSync(env['HOME'] ?? '')).toEqual([]);
      expect(cwd).toBe(env['HOME']);
      const isHome = env['GIT_DIR'] === path.join(shop.homeDir, '.git');
      expect(isHome ? args.includes('update-ref') : env['GIT_DIR'] === path.join(shop.dir, 'state/store.git')).toBe(
        true,
      );
    }
  });
});

describe('the fingerprint', () => {
  test('is not moved by what a person does on an ordinary day', async () => {
    const shop = await openWorkshop();
    await shop.prepare(shop.base);
    const slots = [shop.slot()];
    const before = await shop.home.fingerprint(slots);
    write(shop.homeDir, { 'mine.txt': 'x\n' });
    git(shop.homeDir, 'add', '--all');
    git(shop.homeDir, 'commit', '--quiet', '--message', 'by hand');
    git(shop.homeDir, 'switch', '--quiet', '--create', 'topic');
    git(shop.homeDir, 'tag', 'mine');
    git(shop.homeDir, 'pack-refs', '--all');
    git(shop.homeDir, 'gc', '--quiet', '--prune=now');
    git(shop.slot().dir, 'status');
    expect(compareFingerprints(before, await shop.home.fingerprint(slots))).toEqual([]);
    // Preparing a slot again moves its HEAD, which the caller knows of.
    expect(Object.keys(before.items).sort()).toEqual([
      '.git',
      'info/exclude',
      'trees/env-setup/.git',
      'worktrees/env-setup/HEAD',
      'worktrees/env-setup/commondir',
      'worktrees/env-setup/gitdir',
    ]);
  });

  test('names each part that decides what git runs or shows', async () => {
    const shop = await openWorkshop();
    await shop.prepare(shop.base);
    const items = [
      'hooks/post-commit',
      'info/attributes',
      'info/exclude',
      'info/grafts',
      'info/sparse-checkout',
      'objects/info/alternates',
      'shallow',
      'refs/replace/x',
      'worktrees/env-setup/gitdir',
      'worktrees/env-setup/commondir',
      'worktrees/env-setup/HEAD',
      'worktrees/env-setup/config.worktree',
      'worktrees/env-setup/MERGE_HEAD',
      'worktrees/new/gitdir',
    ];
    for (const item of items) {
      const before = await shop.home.fingerprint([shop.slot()]);
      const file = path.join(shop.homeDir, '.git', item);
      fs.mkdirSync(path.dirname(file), { recursive: true });
      fs.appendFileSync(file, '# forged\n');
      const after = await shop.home.fingerprint([shop.slot()]);
      expect(compareFingerprints(before, after).map((difference) => difference.item)).toEqual([item]);
      fs.rmSync(file);
      spawnSync('mkfifo', [file]);
      expect((await shop.home.fingerprint([shop.slot()])).items[item]).toBe('fifo');
      fs.rmSync(file);
      fs.symlinkSync('/dev/zero', file);
      expect((await shop.home.fingerprint([shop.slot()])).items[item]).toBe('link to "/dev/zero"');
      fs.rmSync(file);
      // The next item is judged against a work tree that is whole again.
      await shop.prepare(shop.base);
    }
  });

  test('names each key of a configuration that runs or redirects something, and a configuration that is no file', async () => {
    const shop = await openWorkshop();
    for (const item of ['config', 'config.worktree']) {
      const file = path.join(shop.homeDir, '.git', item);
      const text = fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : '';
      const before = await shop.home.fingerprint([]);
      fs.writeFileSync(file, `${text}[core]\n\tfsmonitor = x\n[filter "evil"]\n\tclean = y\n[user]\n\tname = P\n`);
      expect(compareFingerprints(before, await shop.home.fingerprint([])).map((difference) => difference.item)).toEqual(
        [`${item}:core.fsmonitor`, `${item}:filter.evil.clean`],
      );
      fs.rmSync(file);
      spawnSync('mkfifo', [file]);
      expect((await shop.home.fingerprint([])).items[item]).toBe('fifo');
      fs.rmSync(file);
      if (text !== '') fs.writeFileSync(file, text);
    }
  });

  test('tells a hook that was only made executable', async () => {
    const shop = await openWorkshop();
    write(shop.homeDir, { '.git/hooks/post-commit': '#!/bin/sh\n' });
    const before = await shop.home.fingerprint([]);
    fs.chmodSync(path.join(shop.homeDir, '.git/hooks/post-commit'), 0o755);
    expect(compareFingerprints(before, await shop.home.fingerprint([]))).toEqual([
      { item: 'hooks/post-commit', kind: 'changed' },
    ]);
  });
});

describe('locks', () => {
  const later = (): number => Date.now() + 10_000;

  test('F15 of a dead git go away: index, refs, configuration, packed refs, work trees', async () => {
    const dir = temporaryFolder();
    const locks = [
      'index.lock',
      'refs/heads/main.lock',
      'config.lock',
      'packed-refs.lock',
      'worktrees/env-setup/index.lock',
    ].map((name) => path.join(dir, name));
    for (const lock of locks) write(dir, { [path.relative(dir, lock)]: '' });
    expect(clearDeadLocks({ locks, repositories: [dir], nowMs: later() })).toEqual(locks);
    expect(locks.filter((lock) => fs.existsSync(lock))).toEqual([]);
    expect(clearDeadLocks({ locks, repositories: [dir], nowMs: later() })).toEqual([]);
  });

  test('and half-written objects of the store are swept, whole ones are not', async () => {
    const { store, dir, base } = await openWorkshop();
    await store.close();
    const objects = path.join(dir, 'state/store.git/objects');
    const left = [path.join(objects, 'ab/tmp_obj_1'), path.join(objects, 'pack/tmp_pack_1')];
    for (const file of left) fs.writeFileSync(file, 'half');
    write(path.join(dir, 'state/store.git'), { 'refs/heads/main.lock': '' });
    await new Promise((resolve) => setTimeout(resolve, 2_100));
    expect(await store.clearStaleLocks()).toEqual([path.join(dir, 'state/store.git/refs/heads/main.lock')]);
    expect(left.filter((file) => fs.existsSync(file))).toEqual([]);
    expect(await store.treeOf(base)).not.toBe('');
    expect(await store.verify()).toEqual([]);
  });

  test('that are new, or open in some process, stay', async () => {
    const dir = temporaryFolder();
    write(dir, { 'young.lock': '', 'open.lock': '' });
    const [young, held] = [path.join(dir, 'young.lock'), path.join(dir, 'open.lock')];
    expect(clearDeadLocks({ locks: [young], repositories: [dir], nowMs: Date.now() })).toEqual([]);
    const fd = fs.openSync(held, 'r+');
    expect(clearDeadLocks({ locks: [young, held], repositories: [dir], nowMs: later() })).toEqual([young]);
    fs.closeSync(fd);
  });

  test('of a git that waits for its editor stay, though no process has them open', async () => {
    const { homeDir, home } = await openWorkshop();
    write(homeDir, { 'requirements.lock': 'edited\n' });
    const editor = path.join(path.dirname(homeDir), 'editor.sh');
    fs.writeFileSync(editor, '#!/bin/sh\nexec sleep 60\n', { mode: 0o755 });
    const commit = spawn('git', ['commit', '--all'], {
      cwd: homeDir,
      env: {
        PATH: searchPath,
        HOME: homeDir,
        GIT_EDITOR: editor,
        GIT_AUTHOR_NAME: 'P',
        GIT_AUTHOR_EMAIL: 'p@p',
        GIT_COMMITTER_NAME: 'P',
        GIT_COMMITTER_EMAIL: 'p@p',
      },
      stdio: 'ignore',
      detached: true,
    });
    onTestFinished(() => void process.kill(-(commit.pid ?? 0), 'SIGKILL'));
    const lock = path.join(homeDir, '.git/index.lock');
    for (
      let tries = 0;
      tries < 100 && !(fs.existsSync(lock) && fs.existsSync(path.join(homeDir, '.git/COMMIT_EDITMSG')));
      tries++
    )
      await new Promise((resolve) => setTimeout(resolve, 20));
    expect(clearDeadLocks({ locks: [lock], repositories: [homeDir], nowMs: later() })).toEqual([]);
    expect(await home.clearStaleLocks()).toEqual([]);
    expect(fs.existsSync(lock)).toBe(true);
  });
});

describe('while others are at work', () => {
  test('F36 gc, repack and pack-refs of the person do not disturb a merge', async () => {
    const shop = await openWorkshop();
    let base = shop.base;
    for (let round = 1; round <= 4; round++) {
      const busy = spawn('sh', ['-c', 'git gc --quiet; git repack -adq; git pack-refs --all'], {
        cwd: shop.homeDir,
        env: { PATH: searchPath, HOME: '/nonexistent' },
        stdio: 'ignore',
      });
      const ended = new Promise((resolve) => busy.once('exit', resolve));
      await shop.prepare(base);
      write(shop.slot().dir, { 'requirements.lock': `round ${round}\n` });
      ({ commit: base } = await shop.merge(await shop.take(), base, round));
      await ended;
      git(shop.homeDir, 'repack', '-adq');
      git(shop.homeDir, 'pack-refs', '--all');
    }
    expect(git(shop.homeDir, 'rev-parse', 'main').trim()).toBe(base);
    expect(git(shop.homeDir, 'fsck', '--full', '--no-dangling').trim()).toBe('');
    expect(git(shop.homeDir, 'tag', '--list', 'restore/*').trim().split('\n')).toHaveLength(4);
    expect(await shop.store.verify()).toEqual([]);
  });

  test('F36 objects that a prune takes away before a ref names them are brought again', async () => {
    const shop = await openWorkshop();
    const next = await shop.commit(
      await shop.store.editTree(await shop.store.treeOf(shop.base), new Map([['a/b', 'new\n']])),
      [shop.base],
    );
    for (const only of ['all', 'blobs']) {
      await shop.home.deliverObjects({ commit: next, known: shop.base });
      if (only === 'all') git(shop.homeDir, 'gc', '--quiet', '--prune=now');
      else
        for (const id of git(shop.homeDir, 'ls-tree', '-r', '--object-only', next).trim().split('\n'))
          fs.rmSync(path.join(shop.homeDir, '.git/objects', id.slice(0, 2), id.slice(2)), { force: true });
      expect(await shop.home.updateRefs([{ ref: `refs/heads/${only}`, from: null, to: next }])).toEqual({
        kind: 'moved',
      });
      expect(git(shop.homeDir, 'fsck', '--full', '--no-dangling').trim()).toBe('');
    }
  });

  test('A24 a folder that is swapped for a link during a write leads nowhere', async () => {
    const dir = temporaryFolder();
    write(dir, { 'slot/sub/file': 'x', 'outside/there': 'y' });
    const root = Folder.open(path.join(dir, 'slot'));
    const sub = root.folder('sub');
    fs.renameSync(path.join(dir, 'slot/sub'), path.join(dir, 'moved'));
    fs.symlinkSync(path.join(dir, 'outside'), path.join(dir, 'slot/sub'));
    // The control: the plain path now leads outside.
    fs.writeFileSync(path.join(dir, 'slot/sub/by-path'), '');
    expect(fs.existsSync(path.join(dir, 'outside/by-path'))).toBe(true);
    fs.writeFileSync(sub.at('by-folder'), '');
    expect(fs.existsSync(path.join(dir, 'outside/by-folder'))).toBe(false);
    expect(fs.existsSync(path.join(dir, 'moved/by-folder'))).toBe(true);
    expect(() => root.folder('sub')).toThrow(/ENOTDIR|ELOOP/);
    sub.close();
    root.close();
  });

  test('A24 nothing is written or read outside while an agent keeps swapping folders for links', async () => {
    const shop = await openWorkshop({
      files: Object.fromEntries(Array.from({ length: 60 }, (_, index) => [`sub/deep/f${index}`, `inside ${index}\n`])),
    });
    await shop.prepare(shop.base);
    const outside = path.join(shop.dir, 'outside');
    write(outside, { 'deep/secret': 'secret\n' });
    const { dir } = shop.slot();
    const swapper = spawn(
      process.execPath,
      [
        '-e',
        `
      const fs = require('node:fs');
      for (;;) {
        try { fs.renameSync('sub', 'sub.real'); fs.symlinkSync(${JSON.stringify(outside)}, 'sub'); } catch {}
        try { fs.unlinkSync('sub'); } catch {}
        try { fs.renameSync('sub.real', 'sub'); } catch {}
        try { fs.writeFileSync('sub/deep/f1', String(Math.random())); } catch {}
      }`,
      ],
      { cwd: dir, stdio: 'ignore' },
    );
    try {
      const untilMs = Date.now() + 1_500;
      let nTaken = 0;
      // On a busy machine none may have been taken by then.
      while (Date.now() < untilMs || nTaken === 0) {
        await shop.prepare(shop.base).catch(() => undefined);
        const taken = await shop.store.snapshot({ dir, limits, cacheKey: 'slot:env-setup' }).catch(() => undefined);
        if (taken?.kind !== 'taken') continue;
        nTaken++;
        for (const { path: file } of await shop.store.list(taken.tree)) expect(file).not.toContain('secret');
      }
      expect(nTaken).toBeGreaterThan(0);
    } finally {
      const ended = new Promise((resolve) => swapper.once('exit', resolve));
      swapper.kill('SIGKILL');
      await ended;
    }
    expect(filesIn(outside)).toEqual({ 'deep/secret': 'secret\n' });
    await shop.prepare(shop.base);
    expect(git(dir, 'status', '--porcelain', '--ignored')).toBe('');
  });
});
