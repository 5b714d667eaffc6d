import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';

import { describe, expect, test } from 'vitest';

import { compareFingerprints } from '../../../src/adapters/git/home-fingerprint.ts';
import { asCommitId, type CommitId } from '../../../src/base/ids.ts';
import { author, filesIn, git, limits, openWorkshop, plantProgram, sampleFiles, takeMarker, tryGit, write, type Workshop } from './support.ts';

interface Trap {
  readonly shop: Workshop;
  /** Folder of the slot, prepared. */
  readonly dir: string;
  readonly marker: string;
  readonly program: string;
}

async function setTrap(): Promise<Trap> {
  const shop = await openWorkshop();
  await shop.prepare(shop.base);
  const marker = path.join(shop.dir, 'marker');
  return { shop, dir: shop.slot().dir, marker, program: plantProgram(shop.dir, marker) };
}

/** Everything that is ever done with a slot and home, ending in a merge; returns the merge commit. */
async function wholeChange({ shop, dir }: Trap): Promise<CommitId> {
  write(dir, { 'requirements.lock': 'torch==2.11.0\n' });
  const { store, home, base } = shop;
  await home.inspect();
  await home.fingerprint([shop.slot()]);
  const tree = await shop.take();
  const before = await store.treeOf(base);
  await store.differences(before, tree);
  expect(await store.patch(before, tree)).toContain('+torch==2.11.0');
  const mine = await shop.commit(tree, [base]);
  const other = await shop.commit(await store.editTree(before, new Map([['ops/alerts.yaml', 'other\n']])), [base]);
  expect(await store.merge({ base, ours: other, theirs: mine })).toMatchObject({ kind: 'clean' });
  await home.dirtyPaths(base);
  await home.comparePaths(before, tree);
  const { commit, applied } = await shop.merge(tree, base, 1);
  expect(applied.written).toContain('requirements.lock');
  await shop.prepare(commit);
  await home.listSlots();
  await store.verify();
  await store.exportTree(tree, path.join(shop.dir, 'exported'));
  expect(fs.readFileSync(path.join(shop.homeDir, 'requirements.lock'), 'utf8')).toBe('torch==2.11.0\n');
  return commit;
}

/** Each plants a program; `control` is a plain git that must run it, or the case would prove nothing. */
const planted: readonly {
  readonly name: string;
  readonly plant: (trap: Trap) => void;
  readonly control: (trap: Trap) => void;
  /** What the fingerprint must name, unless the plant lies in ordinary files. */
  readonly tells?: string;
}[] = [
  {
    name: 'A01 core.fsmonitor in the shared configuration', tells: 'config',
    plant: ({ dir, program }) => void git(dir, 'config', 'core.fsmonitor', program),
    control: ({ dir }) => void tryGit(dir, ['status']),
  },
  {
    name: 'A02 hooks of every kind', tells: 'hooks/reference-transaction',
    plant: ({ shop, program }) => {
      for (const hook of ['pre-commit', 'prepare-commit-msg', 'commit-msg', 'post-commit', 'post-checkout', 'pre-merge-commit', 'post-merge', 'pre-push', 'post-rewrite', 'reference-transaction', 'post-index-change', 'pre-auto-gc', 'update']) {
        write(shop.homeDir, { [`.git/hooks/${hook}`]: `#!/bin/sh\nexec ${program}\n` });
        fs.chmodSync(path.join(shop.homeDir, '.git/hooks', hook), 0o755);
      }
    },
    control: ({ dir }) => void tryGit(dir, ['update-ref', 'refs/heads/control', 'HEAD']),
  },
  {
    name: 'A03 core.hooksPath into the work tree', tells: 'config',
    plant: ({ dir, program }) => {
      write(dir, { 'my-hooks/reference-transaction': `#!/bin/sh\nexec ${program}\n` });
      fs.chmodSync(path.join(dir, 'my-hooks/reference-transaction'), 0o755);
      git(dir, 'config', 'core.hooksPath', path.join(dir, 'my-hooks'));
    },
    control: ({ dir }) => void tryGit(dir, ['update-ref', 'refs/heads/control', 'HEAD']),
  },
  {
    name: 'A04 a clean and smudge filter in .gitattributes', tells: 'config',
    plant: ({ dir, program }) => {
      git(dir, 'config', 'filter.evil.clean', program);
      git(dir, 'config', 'filter.evil.smudge', program);
      git(dir, 'config', 'filter.evil.required', 'true');
      write(dir, { '.gitattributes': '* filter=evil\n' });
    },
    control: ({ dir }) => void tryGit(dir, ['add', '--renormalize', '.']),
  },
  {
    name: 'A04 a process filter in info/attributes', tells: 'info/attributes',
    plant: ({ shop, dir, program }) => {
      git(dir, 'config', 'filter.evil.process', program);
      write(shop.homeDir, { '.git/info/attributes': '* filter=evil\n' });
    },
    control: ({ dir }) => (fs.appendFileSync(path.join(dir, 'orchestrate.yaml'), 'x\n'), void tryGit(dir, ['add', 'orchestrate.yaml'])),
  },
  {
    name: 'A05 a merge driver', tells: 'config',
    plant: ({ dir, program }) => {
      git(dir, 'config', 'merge.evil.driver', `${program} %A`);
      write(dir, { '.gitattributes': '* merge=evil\n' });
    },
    control: ({ dir, shop }) => {
      const there = path.join(shop.dir, 'control');
      tryGit(dir, ['worktree', 'add', '--quiet', '-b', 'control', there]);
      write(there, { '.gitattributes': '* merge=evil\n', 'requirements.lock': 'a\n' });
      tryGit(there, ['add', '--all']);
      tryGit(there, ['commit', '--quiet', '-m', 'a']);
      tryGit(there, ['checkout', '--quiet', '-b', 'control2', 'HEAD^']);
      write(there, { '.gitattributes': '* merge=evil\n', 'requirements.lock': 'b\n' });
      tryGit(there, ['add', '--all']);
      tryGit(there, ['commit', '--quiet', '-m', 'b']);
      tryGit(there, ['merge', '-m', 'm', 'control']);
      tryGit(dir, ['worktree', 'remove', '--force', there]);
    },
  },
  {
    name: 'A06 diff.external', tells: 'config',
    plant: ({ dir, program }) => void git(dir, 'config', 'diff.external', program),
    control: ({ dir }) => (fs.appendFileSync(path.join(dir, 'orchestrate.yaml'), 'x\n'), void tryGit(dir, ['diff'])),
  },
  {
    name: 'A06 a diff command by attribute', tells: 'config',
    plant: ({ dir, program }) => (git(dir, 'config', 'diff.evil.command', program), write(dir, { '.gitattributes': '* diff=evil\n' })),
    control: ({ dir }) => (fs.appendFileSync(path.join(dir, 'orchestrate.yaml'), 'x\n'), void tryGit(dir, ['diff'])),
  },
  {
    name: 'A07 a textconv', tells: 'config',
    plant: ({ dir, program }) => (git(dir, 'config', 'diff.evil.textconv', program), write(dir, { '.gitattributes': '* diff=evil\n' })),
    control: ({ dir }) => (fs.appendFileSync(path.join(dir, 'orchestrate.yaml'), 'x\n'), void tryGit(dir, ['diff'])),
  },
  {
    name: 'A08 signing and showing signatures', tells: 'config',
    plant: ({ dir, program }) => {
      for (const [key, value] of [['commit.gpgSign', 'true'], ['tag.gpgSign', 'true'], ['log.showSignature', 'true'], ['gpg.program', program]] as const) git(dir, 'config', key, value);
    },
    control: ({ dir }) => void tryGit(dir, ['commit-tree', '-S', '-m', 'x', 'HEAD^{tree}']),
  },
  {
    name: 'A09 upload-pack, ssh and ext transports', tells: 'config',
    plant: ({ dir, marker, shop }) => {
      // Unlike the others it must not wait for what git says to it.
      const program = path.join(shop.dir, 'transport.sh');
      fs.writeFileSync(program, `#!/bin/sh\necho ran >> '${marker}'\n`, { mode: 0o755 });
      for (const [key, value] of [['remote.origin.url', shop.homeDir], ['remote.origin.uploadpack', program], ['core.sshCommand', program], ['core.gitProxy', program], ['protocol.ext.allow', 'always']] as const) git(dir, 'config', key, value);
    },
    control: ({ dir }) => void tryGit(dir, ['fetch', 'origin']),
  },
  {
    name: 'A17 config.worktree', tells: 'worktrees/env-setup/config.worktree',
    plant: ({ shop, dir, program }) => {
      git(dir, 'config', 'extensions.worktreeConfig', 'true');
      write(shop.homeDir, { '.git/worktrees/env-setup/config.worktree': `[core]\n\tfsmonitor = ${program}\n` });
    },
    control: ({ dir }) => void tryGit(dir, ['status']),
  },
  {
    name: 'an include of a file elsewhere', tells: 'config',
    plant: ({ shop, dir, program }) => (write(shop.dir, { 'evil.config': `[core]\n\tfsmonitor = ${program}\n` }), void git(dir, 'config', 'include.path', path.join(shop.dir, 'evil.config'))),
    control: ({ dir }) => void tryGit(dir, ['status']),
  },
  {
    name: 'an alias, a pager and an editor', tells: 'config',
    plant: ({ dir, program }) => {
      for (const key of ['core.pager', 'core.editor', 'sequence.editor', 'pager.diff-tree']) git(dir, 'config', key, program);
      git(dir, 'config', 'alias.update-ref', `!${program}`);
      git(dir, 'config', 'alias.zz', `!${program}`);
    },
    control: ({ dir }) => void tryGit(dir, ['zz']),
  },
];

describe('a planted program', () => {
  test.each(planted)('$name', async ({ plant, control, tells }) => {
    const trap = await setTrap();
    const before = await trap.shop.home.fingerprint([trap.shop.slot()]);
    plant(trap);
    control(trap);
    expect(takeMarker(trap.marker), 'the positive control: plain git runs it').toBe(true);
    const moved = compareFingerprints(before, await trap.shop.home.fingerprint([trap.shop.slot()]));
    if (tells !== undefined) expect(moved.map(({ item }) => item)).toContain(tells);
    takeMarker(trap.marker);

    const commit = await wholeChange(trap);
    expect(takeMarker(trap.marker), 'through the door nothing runs').toBe(false);
    expect((await trap.shop.store.commitFacts(commit)).parents).toEqual([trap.shop.base]);
    // What is stored is what is on disk: no filter had a say.
    const tree = await trap.shop.store.treeOf(commit);
    for (const file of await trap.shop.store.list(tree)) {
      if (file.mode === '120000') continue;
      expect((await trap.shop.store.readBlob(file.blob)).toString()).toBe(fs.readFileSync(path.join(trap.dir, file.path), 'utf8'));
    }
  });

  test('A06 GIT_EXTERNAL_DIFF, GIT_SSH and friends in our own environment are not passed on', async () => {
    const trap = await setTrap();
    const names = ['GIT_EXTERNAL_DIFF', 'GIT_PAGER', 'GIT_SSH_COMMAND', 'GIT_EDITOR', 'GIT_PROXY_COMMAND'];
    const counted = { GIT_CONFIG_COUNT: '1', GIT_CONFIG_KEY_0: 'core.fsmonitor', GIT_CONFIG_VALUE_0: trap.program };
    fs.appendFileSync(path.join(trap.dir, 'orchestrate.yaml'), 'x\n');
    tryGit(trap.dir, ['diff'], { GIT_EXTERNAL_DIFF: trap.program, ...counted });
    expect(takeMarker(trap.marker)).toBe(true);
    const saved = { ...process.env };
    try {
      for (const name of names) process.env[name] = trap.program;
      Object.assign(process.env, counted);
      await wholeChange(trap);
    } finally {
      for (const name of [...names, ...Object.keys(counted)]) {
        if (saved[name] === undefined) delete process.env[name];
        else process.env[name] = saved[name];
      }
    }
    expect(takeMarker(trap.marker)).toBe(false);
  });

  test('A13 in a nested repository is refused by the walk', async () => {
    const trap = await setTrap();
    const nested = path.join(trap.dir, 'packs/evil');
    fs.mkdirSync(nested, { recursive: true });
    git(nested, 'init', '--quiet');
    git(nested, 'config', 'core.fsmonitor', trap.program);
    tryGit(nested, ['status']);
    expect(takeMarker(trap.marker)).toBe(true);
    expect(await trap.shop.store.snapshot({ dir: trap.dir, limits })).toEqual({ kind: 'refused', refused: [{ path: 'packs/evil/.git', reason: 'nested repository' }] });
    expect(takeMarker(trap.marker)).toBe(false);
  });
});

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
    write(adminDir, { HEAD: 'ref: refs/heads/main\n', MERGE_HEAD: `${shop.base}\n`, ORIG_HEAD: `${shop.base}\n`, 'sequencer/todo': `pick ${shop.base}\n` });
    expect(git(dir, 'rev-parse', '--abbrev-ref', 'HEAD').trim()).toBe('main');
    expect(compareFingerprints(before, await shop.home.fingerprint(slots)).map(({ item }) => item)).toEqual(['worktrees/env-setup/HEAD', 'worktrees/env-setup/MERGE_HEAD', 'worktrees/env-setup/sequencer']);
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
    await wholeChange(trap);
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
    await expect(shop.store.importCommit(request)).rejects.toMatchObject({ code: 'HOME_UNSUPPORTED', message: expect.stringContaining('alternates') as string });
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
    await expect(store.importCommit({ gitDir: path.join(shop.homeDir, '.git'), commit, name: 'home' })).rejects.toMatchObject({ code: 'GIT_FAILED' });
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
    expect([...(await shop.home.deliverObjects({ commit, known: shop.base })).repaired].sort()).toEqual([existing, future].sort());
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
    const evil = await shop.commit(await shop.store.editTree(await shop.store.treeOf(shop.base), new Map([['requirements.lock', 'evil\n']])), []);
    await shop.home.deliverObjects({ commit: evil, known: shop.base });
    git(shop.homeDir, 'replace', shop.base, evil);
    expect(git(shop.homeDir, 'show', 'HEAD:requirements.lock')).toBe('evil\n');
    expect(compareFingerprints(before, await shop.home.fingerprint([]))).toEqual([{ item: `refs/replace/${shop.base}`, kind: 'added' }]);
    git(shop.homeDir, 'pack-refs', '--all');
    expect(compareFingerprints(before, await shop.home.fingerprint([])).map(({ item }) => item)).toEqual(['packed-refs refs/replace/']);
    const { store } = await openWorkshop();
    await store.importCommit({ gitDir: path.join(shop.homeDir, '.git'), commit: shop.base, name: 'again' });
    expect((await store.readFile(await store.treeOf(shop.base), 'requirements.lock'))?.toString()).toBe(sampleFiles['requirements.lock']);
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
    expect(changed.map((difference) => difference.path)).toEqual(['ops/alerts.yaml', 'orchestrate.yaml', 'secret.txt', 'x.ignored']);
  });

  test('A29 an author cannot forge a line of the commit', async () => {
    const { shop } = await setTrap();
    const commit = await shop.store.commit({
      tree: await shop.store.treeOf(shop.base), parents: [shop.base], message: 'x', atSeconds: 1_800_000_000,
      author: { name: 'Eve\nparent 0000000000000000000000000000000000000000\u2028<root@localhost> 0 +0000\n', email: 'e> 0 +0000\ncommitter root <root' },
    });
    expect((await shop.store.commitFacts(commit)).parents).toEqual([shop.base]);
    const gitDir = path.join(shop.dir, 'state/store.git');
    expect(git(gitDir, 'log', '-1', '--format=%cn <%ce>', commit).trim()).toBe('orchestrate <orchestrate@localhost>');
    expect(git(gitDir, 'cat-file', '-p', commit).split('\n').filter((line) => line.startsWith('parent ') || line.startsWith('committer '))).toHaveLength(2);
    await shop.store.updateRefs([{ ref: 'refs/heads/forged', from: null, to: commit }]);
    expect(git(gitDir, 'fsck', '--strict').trim()).toBe('');
    expect(author.name).toBe('Agent');
  });
});

describe('a hostile tree of files', () => {
  test('A23 links are stored as their text only', async () => {
    const { shop, dir } = await setTrap();
    fs.symlinkSync('/etc/passwd', path.join(dir, 'passwd'));
    fs.symlinkSync('/proc/self/environ', path.join(dir, 'environ'));
    fs.symlinkSync('/', path.join(dir, 'root'));
    const tree = await shop.take();
    for (const [name, target] of [['passwd', '/etc/passwd'], ['environ', '/proc/self/environ'], ['root', '/']] as const) {
      expect((await shop.store.readFile(tree, name))?.toString()).toBe(target);
    }
    expect(await shop.store.patch(await shop.store.treeOf(shop.base), tree)).not.toContain('root:x:');
  });

  test('A11 FIFOs, sockets and devices are refused without waiting', async () => {
    const { shop, dir } = await setTrap();
    spawnSync('mkfifo', [path.join(dir, 'a-fifo')]);
    const startedMs = performance.now();
    expect(await shop.store.snapshot({ dir, limits })).toEqual({ kind: 'refused', refused: [{ path: 'a-fifo', reason: 'fifo' }] });
    expect(performance.now() - startedMs).toBeLessThan(2_000);
  });

  test.each(['.git', '.GIT', '.Git', 'git~1', 'GIT~1', '.git ', '.git.', '.g\u200cit', '.gi\ufefft', '.git::$INDEX_ALLOCATION', '.git\\hooks', '..\\.git'])(
    'A25 the name %j is refused in a snapshot, in an edit, and on import', async (name) => {
      const { shop, dir } = await setTrap();
      write(path.join(dir, 'sub', name), { config: '[core]\n' });
      expect(await shop.store.snapshot({ dir, limits })).toMatchObject({ kind: 'refused', refused: [{ path: `sub/${name}` }] });
      await expect(shop.store.editTree(await shop.store.treeOf(shop.base), new Map([[`${name}/x`, 'x']]))).rejects.toMatchObject({ code: 'NAME_INVALID' });
      const commit = forgeCommit(shop, name);
      await expect(importThenUse(shop, commit)).rejects.toMatchObject({ code: 'GIT_FAILED' });
      expect(fs.existsSync(path.join(shop.dir, 'exported'))).toBe(false);
    });

  test.each(['.', '..', 'a/b', ''])('A25 a tree with the entry %j is refused on import', async (name) => {
    const { shop } = await setTrap();
    await expect(importThenUse(shop, forgeCommit(shop, name))).rejects.toMatchObject({ code: 'GIT_FAILED' });
    expect(await shop.store.findRef('refs/orchestrate/incoming/forged')).toBeUndefined();
  });

  test('A26 odd names are kept literally and are no options; bad UTF-8 is refused with its bytes', async () => {
    const { shop, dir } = await setTrap();
    const names = ['new\nline', ':(exclude)x', '-leading', '--upload-pack=evil', '"quoted"', 'back\\slash', '\u001b[31mred', 'a b', '\u202egnp.exe'];
    write(dir, Object.fromEntries(names.map((name) => [name, name])));
    const tree = await shop.take();
    expect((await shop.store.differences(await shop.store.treeOf(shop.base), tree)).map((difference) => difference.path).sort()).toEqual([...names].sort());
    const { applied } = await shop.merge(tree, shop.base, 1);
    expect([...applied.written].sort()).toEqual([...names].sort());
    expect(filesIn(shop.homeDir)).toMatchObject(Object.fromEntries(names.map((name) => [name, name])));
    expect(git(shop.homeDir, 'status', '--porcelain')).toBe('');
    fs.writeFileSync(Buffer.concat([Buffer.from(`${dir}/ops/`), Buffer.from([0x61, 0xff, 0x62])]), 'x');
    expect(await shop.store.snapshot({ dir, limits })).toEqual({ kind: 'refused', refused: [{ path: 'ops/a\\xffb', reason: 'name not UTF-8' }] });
  });

  test('A27 names that fold together are refused, both told', async () => {
    const { shop, dir } = await setTrap();
    write(dir, { 'README': 'a', 'readme': 'b', 'caf\u00e9': 'c', 'cafe\u0301': 'd' });
    const taken = await shop.store.snapshot({ dir, limits });
    if (taken.kind !== 'refused') throw new Error('taken');
    const told = taken.refused.map(({ path: name, reason }) => [name, reason.replace('case collision with ', '')].sort());
    expect(told).toHaveLength(2);
    expect(told).toContainEqual(['README', 'readme']);
    expect(told).toContainEqual(['cafe\u0301', 'caf\u00e9'].sort());
  });
});

function overwriteObject(shop: Workshop, id: string, content: string): void {
  const file = path.join(shop.homeDir, '.git/objects', id.slice(0, 2), id.slice(2));
  const other = spawnSync('git', ['hash-object', '-w', '--stdin'], { cwd: shop.homeDir, input: content, encoding: 'utf8' }).stdout.trim();
  const bytes = fs.readFileSync(path.join(shop.homeDir, '.git/objects', other.slice(0, 2), other.slice(2)));
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.rmSync(file, { force: true });
  fs.writeFileSync(file, bytes);
}

/** A commit in home whose tree has a folder of that name, made without git's own checks. */
function forgeCommit(shop: Workshop, name: string): CommitId {
  const hash = (type: string, input: Buffer | string): string => {
    const made = spawnSync('git', ['hash-object', '-t', type, '-w', '--literally', '--stdin'], { cwd: shop.homeDir, input });
    return made.stdout.toString().trim();
  };
  const blob = hash('blob', 'x');
  const inner = hash('tree', Buffer.concat([Buffer.from('100644 config\0'), Buffer.from(blob, 'hex')]));
  const tree = hash('tree', Buffer.concat([Buffer.from(`40000 ${name}\0`), Buffer.from(inner, 'hex')]));
  return asCommitId(hash('commit', `tree ${tree}\nauthor E <e@e> 0 +0000\ncommitter E <e@e> 0 +0000\n\nforged\n`));
}

async function importThenUse(shop: Workshop, commit: CommitId): Promise<void> {
  await shop.store.importCommit({ gitDir: path.join(shop.homeDir, '.git'), commit, name: 'forged' });
  await shop.store.exportTree(await shop.store.treeOf(commit), path.join(shop.dir, 'exported'));
}
