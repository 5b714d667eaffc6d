import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';

import { describe, expect, test } from 'vitest';

import { compareFingerprints } from '../../../src/adapters/git/home-fingerprint.ts';
import { asCommitId } from '../../../src/base/ids.ts';
import { author, filesIn, git, openWorkshop, sampleFiles, write, type Workshop } from './support.ts';

async function setTrap(): Promise<{ readonly shop: Workshop; readonly dir: string }> {
  const shop = await openWorkshop();
  await shop.prepare(shop.base);
  return { shop, dir: shop.slot().dir };
}

describe('a forged repository', () => {
  test('A10 A12 a .git that is repointed or deleted changes nothing of the snapshot, and main stays', async () => {
    const { shop, dir } = await setTrap();
    const evil = path.join(shop.dir, 'evil');
    git(shop.dir, 'init', '--quiet', 'evil');
    write(dir, { 'requirements.lock': 'changed\n' });
    const honest = await shop.take();
    fs.writeFileSync(path.join(dir, '.git'), `gitdir: ${evil}/.git\n`);
    expect(git(dir, 'rev-parse', '--git-dir').trim()).toBe(`${evil}/.git`);
    expect(await shop.take()).toBe(honest);
    fs.rmSync(path.join(dir, '.git'));
    expect(git(dir, 'rev-parse', '--git-dir').trim()).toBe(path.join(shop.homeDir, '.git'));
    expect(await shop.take()).toBe(honest);
    expect(await shop.home.findRef('refs/heads/main')).toBe(shop.base);
  });

  test('A14 A15 a HEAD on main, MERGE_HEAD and sequencer have no say', async () => {
    const { shop, dir } = await setTrap();
    const adminDir = path.join(shop.homeDir, '.git/worktrees/env-setup');
    const slots = [shop.slot()];
    const before = await shop.home.fingerprint(slots);
    write(adminDir, {
      HEAD: 'ref: refs/heads/main\n',
      MERGE_HEAD: `${shop.base}\n`,
      ORIG_HEAD: `${shop.base}\n`,
      'sequencer/todo': `pick ${shop.base}\n`,
    });
    expect(git(dir, 'rev-parse', '--abbrev-ref', 'HEAD').trim()).toBe('main');
    expect(compareFingerprints(before, await shop.home.fingerprint(slots)).map(({ item }) => item)).toEqual([
      'worktrees/env-setup/HEAD',
      'worktrees/env-setup/MERGE_HEAD',
      'worktrees/env-setup/sequencer',
    ]);
    write(dir, { 'requirements.lock': 'changed\n' });
    const tree = await shop.take();
    expect(await shop.home.findRef('refs/heads/main')).toBe(shop.base);
    const { commit } = await shop.merge(tree, shop.base, 1);
    expect(git(shop.homeDir, 'rev-list', '--parents', '-1', commit).trim()).toBe(`${commit} ${shop.base}`);
  });

  test('A16 core.worktree leads nowhere', async () => {
    const trap = await setTrap();
    const victim = path.join(trap.shop.dir, 'victim');
    write(victim, { 'requirements.lock': 'precious\n' });
    git(trap.shop.homeDir, 'config', 'core.worktree', victim);
    expect(git(trap.shop.homeDir, 'rev-parse', '--show-toplevel').trim()).toBe(victim);
    expect(await trap.shop.home.inspect()).toMatchObject({ kind: 'unfit', code: 'HOME_UNSUPPORTED' });
    const { shop, dir } = trap;
    write(dir, { 'requirements.lock': 'merged\n' });
    const { applied } = await shop.merge(await shop.take(), shop.base, 1);
    expect(applied.written).toEqual(['requirements.lock']);
    expect(fs.readFileSync(path.join(shop.homeDir, 'requirements.lock'), 'utf8')).toBe('merged\n');
    expect(filesIn(victim)).toEqual({ 'requirements.lock': 'precious\n' });
  });

  test('A18 borrowed objects are refused by name, and main stands without the store', async () => {
    const { shop } = await setTrap();
    write(shop.homeDir, { 'mine.txt': 'x\n' });
    git(shop.homeDir, 'add', 'mine.txt');
    git(shop.homeDir, 'commit', '--quiet', '--message', 'second');
    const commit = asCommitId(git(shop.homeDir, 'rev-parse', 'HEAD').trim());
    write(shop.homeDir, { '.git/objects/info/alternates': `${shop.dir}/elsewhere\n` });
    const request = { gitDir: path.join(shop.homeDir, '.git'), commit, name: 'home' };
    await expect(shop.store.importCommit(request)).rejects.toMatchObject({
      code: 'HOME_UNSUPPORTED',
      message: expect.stringContaining('alternates') as string,
    });
    fs.rmSync(path.join(shop.homeDir, '.git/objects/info/alternates'));
    await shop.store.importCommit(request);
    expect(fs.existsSync(path.join(shop.dir, 'state/store.git/objects/info/alternates'))).toBe(false);
    fs.rmSync(path.join(shop.homeDir, '.git'), { recursive: true });
    expect(await shop.store.verify()).toEqual([]);
  });

  test('A19 a loose object with other bytes is found on import', async () => {
    const { shop } = await setTrap();
    write(shop.homeDir, { 'mine.txt': 'honest\n' });
    git(shop.homeDir, 'add', 'mine.txt');
    git(shop.homeDir, 'commit', '--quiet', '--message', 'second');
    const commit = asCommitId(git(shop.homeDir, 'rev-parse', 'HEAD').trim());
    overwriteObject(shop, git(shop.homeDir, 'rev-parse', 'HEAD:mine.txt').trim(), 'poison\n');
    expect(git(shop.homeDir, 'cat-file', '-p', 'HEAD:mine.txt')).toBe('poison\n');
    const { store } = shop;
    await expect(
      store.importCommit({ gitDir: path.join(shop.homeDir, '.git'), commit, name: 'home' }),
    ).rejects.toMatchObject({ code: 'GIT_FAILED' });
    expect(await store.findRef('refs/orchestrate/incoming/home')).toBe(shop.base);
    expect(await store.verify()).toEqual([]);
  });

  test('A19 objects that were put under the ids of the change, or of old files, are replaced by the right ones', async () => {
    const { shop, dir } = await setTrap();
    write(dir, { 'requirements.lock': 'new bytes\n' });
    const tree = await shop.take();
    const future = (await shop.store.list(tree)).find((file) => file.path === 'requirements.lock')?.blob ?? '';
    const existing = (await shop.store.list(tree)).find((file) => file.path === 'orchestrate.yaml')?.blob ?? '';
    overwriteObject(shop, future, 'poison\n');
    overwriteObject(shop, existing, 'poison\n');
    expect(git(shop.homeDir, 'cat-file', 'blob', future)).toBe('poison\n');
    const commit = await shop.commit(tree, [shop.base]);
    expect([...(await shop.home.deliverObjects({ commit, known: shop.base })).repaired].sort()).toEqual(
      [existing, future].sort(),
    );
    expect(git(shop.homeDir, 'cat-file', 'blob', future)).toBe('new bytes\n');
    expect(git(shop.homeDir, 'cat-file', 'blob', existing)).toBe(sampleFiles['orchestrate.yaml']);
    // Overwritten once more, after it was seen to be right.
    overwriteObject(shop, existing, 'poison again\n');
    expect((await shop.home.deliverObjects({ commit, known: shop.base })).repaired).toEqual([existing]);
    expect(git(shop.homeDir, 'fsck', '--full', '--no-dangling').trim()).toBe('');
  });

  test('A20 a replace ref shows plain git another tree, and us the right one', async () => {
    const { shop } = await setTrap();
    const before = await shop.home.fingerprint([]);
    const evil = await shop.commit(
      await shop.store.editTree(await shop.store.treeOf(shop.base), new Map([['requirements.lock', 'evil\n']])),
      [],
    );
    await shop.home.deliverObjects({ commit: evil, known: shop.base });
    git(shop.homeDir, 'replace', shop.base, evil);
    expect(git(shop.homeDir, 'show', 'HEAD:requirements.lock')).toBe('evil\n');
    expect(compareFingerprints(before, await shop.home.fingerprint([]))).toEqual([
      { item: `refs/replace/${shop.base}`, kind: 'added' },
    ]);
    git(shop.homeDir, 'pack-refs', '--all');
    expect(compareFingerprints(before, await shop.home.fingerprint([])).map(({ item }) => item)).toEqual([
      'packed-refs refs/replace/',
    ]);
    const { store } = await openWorkshop();
    await store.importCommit({ gitDir: path.join(shop.homeDir, '.git'), commit: shop.base, name: 'again' });
    expect((await store.readFile(await store.treeOf(shop.base), 'requirements.lock'))?.toString()).toBe(
      sampleFiles['requirements.lock'],
    );
  });

  test('A21 attributes hide nothing from the review', async () => {
    const { shop, dir } = await setTrap();
    write(dir, { '.gitattributes': '* -diff\n*.lock binary\n', 'requirements.lock': 'hidden?\n' });
    expect(git(dir, 'diff', '--no-ext-diff')).toContain('Binary files');
    expect(await shop.store.patch(await shop.store.treeOf(shop.base), await shop.take())).toContain('+hidden?\n');
  });

  test('A22 assume-unchanged, skip-worktree and info/exclude leave nothing out', async () => {
    const { shop, dir } = await setTrap();
    git(dir, 'update-index', '--assume-unchanged', 'ops/alerts.yaml');
    git(dir, 'update-index', '--skip-worktree', 'orchestrate.yaml');
    fs.appendFileSync(path.join(shop.homeDir, '.git/info/exclude'), 'secret.txt\n');
    write(dir, { 'ops/alerts.yaml': '1\n', 'orchestrate.yaml': '2\n', 'secret.txt': '3\n', 'x.ignored': '4\n' });
    expect(git(dir, 'status', '--porcelain')).toBe('');
    const changed = await shop.store.differences(await shop.store.treeOf(shop.base), await shop.take());
    expect(changed.map((difference) => difference.path)).toEqual([
      'ops/alerts.yaml',
      'orchestrate.yaml',
      'secret.txt',
      'x.ignored',
    ]);
  });

  test('A29 an author cannot forge a line of the commit', async () => {
    const { shop } = await setTrap();
    const commit = await shop.store.commit({
      tree: await shop.store.treeOf(shop.base),
      parents: [shop.base],
      message: 'x',
      atSeconds: 1_800_000_000,
      author: {
        name: 'Eve\nparent 0000000000000000000000000000000000000000\u2028<root@localhost> 0 +0000\n',
        email: 'e> 0 +0000\ncommitter root <root',
      },
    });
    expect((await shop.store.commitFacts(commit)).parents).toEqual([shop.base]);
    const gitDir = path.join(shop.dir, 'state/store.git');
    expect(git(gitDir, 'log', '-1', '--format=%cn <%ce>', commit).trim()).toBe('orchestrate <orchestrate@localhost>');
    expect(
      git(gitDir, 'cat-file', '-p', commit)
        .split('\n')
        .filter((line) => line.startsWith('parent ') || line.startsWith('committer ')),
    ).toHaveLength(2);
    await shop.store.updateRefs([{ ref: 'refs/heads/forged', from: null, to: commit }]);
    expect(git(gitDir, 'fsck', '--strict').trim()).toBe('');
    expect(author.name).toBe('Agent');
  });
});

function overwriteObject(shop: Workshop, id: string, content: string): void {
  const file = path.join(shop.homeDir, '.git/objects', id.slice(0, 2), id.slice(2));
  const other = spawnSync('git', ['hash-object', '-w', '--stdin'], {
    cwd: shop.homeDir,
    input: content,
    encoding: 'utf8',
  }).stdout.trim();
  const bytes = fs.readFileSync(path.join(shop.homeDir, '.git/objects', other.slice(0, 2), other.slice(2)));
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.rmSync(file, { force: true });
  fs.writeFileSync(file, bytes);
}
