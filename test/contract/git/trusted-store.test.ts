import * as fs from 'node:fs';
import * as path from 'node:path';

import { describe, expect, onTestFinished, test } from 'vitest';

import { createTrustedStore } from '../../../src/adapters/git/trusted-store.ts';
import { createInProcessSpawner } from '../../../src/adapters/process/in-process-spawner.ts';
import type { RawSpec, Spawner } from '../../../src/adapters/process/spawner.ts';
import { asCommitId, asGitTreeId } from '../../../src/base/ids.ts';
import { author, filesIn, git, openWorkshop, sampleFiles, temporaryFolder, write } from './support.ts';

describe('the trusted store', () => {
  test('imports a commit with all its history and reads it back', async () => {
    const { store, base, homeDir } = await openWorkshop();
    write(homeDir, { 'second.txt': 'second\n' });
    git(homeDir, 'add', '--all');
    git(homeDir, 'commit', '--quiet', '--message', 'Second thing\n\nwith a body');
    const commit = asCommitId(git(homeDir, 'rev-parse', 'HEAD').trim());
    await store.importCommit({ gitDir: path.join(homeDir, '.git'), commit, name: 'home' });

    expect(await store.findRef('refs/orchestrate/incoming/home')).toBe(commit);
    expect(await store.history(commit, 10)).toEqual([commit, base]);
    expect(await store.commitFacts(commit)).toEqual({
      tree: git(homeDir, 'rev-parse', 'HEAD^{tree}').trim(),
      parents: [base],
      message: 'Second thing\n\nwith a body\n',
      atSeconds: 1_700_000_000,
    });
    expect(await store.isAncestor(base, commit)).toBe(true);
    expect(await store.isAncestor(commit, base)).toBe(false);
    expect((await store.readFile(await store.treeOf(commit), 'docs/env-setup/notes.md'))?.toString()).toBe(
      'first\nsecond\nthird\n',
    );
    expect(await store.readFile(await store.treeOf(commit), 'docs/absent')).toBeUndefined();
    expect(await store.verify()).toEqual([]);
  });

  test('imports the same commit as often as it is asked for at once', async () => {
    const { store, homeDir } = await openWorkshop();
    write(homeDir, { 'second.txt': 'second\n' });
    git(homeDir, 'add', '--all');
    git(homeDir, 'commit', '--quiet', '--message', 'Second');
    const commit = asCommitId(git(homeDir, 'rev-parse', 'HEAD').trim());
    const names = Array.from({ length: 8 }, (_, n) => `look-${n}`);
    await Promise.all(names.map((name) => store.importCommit({ gitDir: path.join(homeDir, '.git'), commit, name })));
    for (const name of names) expect(await store.findRef(`refs/orchestrate/incoming/${name}`)).toBe(commit);
    expect(await store.verify()).toEqual([]);
  });

  test('writes refs out as a repository that needs nothing else, and which any git clones', async () => {
    const { store, base } = await openWorkshop();
    const tree = await store.editTree(await store.treeOf(base), new Map([['mine.txt', 'mine\n']]));
    const commit = await store.commit({ tree, parents: [base], message: 'mine\n', author, atSeconds: 5 });
    const dir = path.join(temporaryFolder(), 'work.git');
    await store.exportRefs(
      [
        { ref: 'refs/heads/trash/t1', commit },
        { ref: 'refs/heads/edits/r1.lock#1', commit: base },
      ],
      dir,
    );
    expect(git(dir, 'fsck', '--full', '--strict')).toBe('');
    expect(git(dir, 'for-each-ref', '--format=%(objectname) %(refname)').trim().split('\n')).toEqual([
      `${base} refs/heads/edits/r1.lock#1`,
      `${commit} refs/heads/trash/t1`,
    ]);
    const clone = path.join(temporaryFolder(), 'clone');
    git(dir, 'clone', '--quiet', dir, clone);
    expect(fs.readFileSync(path.join(clone, 'mine.txt'), 'utf8')).toBe('mine\n');
    await expect(store.exportRefs([{ ref: 'refs/heads/a..b', commit }], `${dir}-2`)).rejects.toMatchObject({
      code: 'NAME_INVALID',
    });
    expect(fs.existsSync(`${dir}-2`)).toBe(false);
  });

  test('writes a repository to work in, in which any git commits, and of which the store learns nothing', async () => {
    const { store, base } = await openWorkshop();
    const tree = await store.treeOf(base);
    const folder = temporaryFolder();
    const dir = path.join(folder, 'work.git');
    await store.exportForWork(tree, dir);
    await store.exportTree(tree, path.join(folder, 'files'));
    const inside = (...args: readonly string[]) => git(folder, `--git-dir=${dir}`, '--work-tree=files', ...args);
    expect(inside('status', '--porcelain')).toBe('');
    fs.writeFileSync(path.join(folder, 'files/theirs.txt'), 'theirs\n');
    inside('add', '--all');
    inside('commit', '--quiet', '--message', 'Theirs');
    expect(inside('rev-list', '--count', 'HEAD').trim()).toBe('2');
    const commit = inside('rev-parse', 'HEAD').trim();
    expect(inside('fsck', '--full', '--strict')).toBe('');
    await expect(store.commitFacts(asCommitId(commit))).rejects.toMatchObject({ code: 'GIT_FAILED' });
    expect(await store.listRefs('refs/heads/work')).toEqual([]);
  });

  test('lists the files that git lists, with their modes', async () => {
    const { store, base, homeDir } = await openWorkshop();
    const listed = (await store.list(await store.treeOf(base))).map(
      ({ path: file, mode, blob }) => `${mode} blob ${blob}\t${file}`,
    );
    expect(listed.join('\n')).toBe(git(homeDir, 'ls-tree', '-r', 'HEAD').trim());
    expect(listed.some((line) => line.startsWith('100755'))).toBe(true);
  });

  test('edits a tree as git would, keeping modes and dropping empty folders', async () => {
    const { store, base } = await openWorkshop();
    const before = await store.treeOf(base);
    const after = await store.editTree(
      before,
      new Map<string, string | null>([
        ['ops/run.sh', '#!/bin/sh\necho changed\n'],
        ['docs/env-setup/notes.md', null],
        ['new/deep/file', 'new'],
        ['absent/gone', null],
      ]),
    );
    expect(await store.differences(before, after)).toMatchObject([
      { path: 'docs/env-setup/notes.md', kind: 'removed', after: null },
      { path: 'new/deep/file', kind: 'added', before: null },
      { path: 'ops/run.sh', kind: 'changed', before: { mode: '100755' }, after: { mode: '100755' } },
    ]);
    expect(
      await store.editTree(
        after,
        new Map([
          ['docs/env-setup/notes.md', 'first\nsecond\nthird\n'],
          ['ops/run.sh', sampleFiles['ops/run.sh']],
          ['new/deep/file', null],
        ]),
      ),
    ).toBe(before);
    await expect(store.editTree(before, new Map([['../outside', 'x']]))).rejects.toMatchObject({
      code: 'NAME_INVALID',
    });
    await expect(store.editTree(before, new Map([['a/.GIT/config', 'x']]))).rejects.toMatchObject({
      code: 'NAME_INVALID',
    });
  });

  test('shows a patch as text, binary content included', async () => {
    const { store, base } = await openWorkshop();
    const before = await store.treeOf(base);
    const after = await store.editTree(
      before,
      new Map<string, string | Uint8Array>([
        ['requirements.lock', 'torch==2.11.0\n'],
        ['picture.png', Buffer.from([0x89, 0x50, 0, 1])],
      ]),
    );
    const patch = await store.patch(before, after);
    expect(patch).toContain('-torch==2.8.0\n+torch==2.11.0\n');
    expect(patch).toContain('diff --git a/picture.png b/picture.png');
    expect(patch).not.toContain('Binary files');
    expect(await store.patch(before, before)).toBe('');
  });

  test('merges what does not touch and names the paths that do', async () => {
    const { store, base, commit } = await openWorkshop();
    const tree = await store.treeOf(base);
    const edit = async (file: string, content: string): ReturnType<typeof commit> =>
      commit(await store.editTree(tree, new Map([[file, content]])), [base]);
    const ours = await edit('docs/env-setup/notes.md', 'FIRST\nsecond\nthird\n');
    const theirs = await edit('requirements.lock', 'torch==2.11.0\n');
    const clash = await edit('docs/env-setup/notes.md', 'other\nsecond\nthird\n');

    const merged = await store.merge({ base, ours, theirs });
    if (merged.kind !== 'clean') throw new Error('conflict');
    expect((await store.readFile(merged.tree, 'requirements.lock'))?.toString()).toBe('torch==2.11.0\n');
    expect((await store.readFile(merged.tree, 'docs/env-setup/notes.md'))?.toString()).toBe('FIRST\nsecond\nthird\n');
    expect(await store.merge({ base, ours, theirs: clash })).toEqual({
      kind: 'conflict',
      paths: ['docs/env-setup/notes.md'],
    });
    expect(await store.merge({ base, ours: base, theirs })).toEqual({
      kind: 'clean',
      tree: await store.treeOf(theirs),
    });
    // A base that is not the one history has, as after a squash.
    expect(await store.merge({ base: ours, ours: theirs, theirs: ours })).toEqual({
      kind: 'clean',
      tree: await store.treeOf(theirs),
    });
  });

  test('writes the same commit and tag for the same spec, as git reads them', async () => {
    const { store, base, dir } = await openWorkshop();
    const tree = await store.treeOf(base);
    const spec = { tree, parents: [base], message: 'Squash\n\nbody', author, atSeconds: 1_800_000_000 };
    const commit = await store.commit(spec);
    expect(await store.commit(spec)).toBe(commit);
    const tag = await store.tagObject({
      name: 'restore/0001-x',
      target: commit,
      message: 'manifest',
      atSeconds: 1_800_000_000,
    });
    await store.updateRefs([{ ref: 'refs/tags/restore/0001-x', from: null, to: tag }]);
    const gitDir = path.join(dir, 'state/store.git');
    expect(git(gitDir, 'log', '-1', '--format=%an <%ae> %cn <%ce> %at%n%B', commit).trim()).toBe(
      'Agent <agent@example.invalid> orchestrate <orchestrate@localhost> 1800000000\nSquash\n\nbody',
    );
    expect(git(gitDir, 'fsck', '--strict').trim()).toBe('');
    expect(await store.readTag(tag)).toEqual({ message: 'manifest\n', target: commit });
    expect(await store.listRefs('refs/tags/restore/')).toEqual([
      { ref: 'refs/tags/restore/0001-x', object: tag, target: commit },
    ]);
  });

  test('moves refs together or not at all', async () => {
    const { store, base, commit } = await openWorkshop();
    const next = await commit(await store.treeOf(base), [base]);
    expect(
      await store.updateRefs([
        { ref: 'refs/tags/a', from: null, to: next },
        { ref: 'refs/heads/main', from: next, to: base },
      ]),
    ).toEqual({ kind: 'refused', ref: 'refs/heads/main', actual: base });
    expect(await store.findRef('refs/tags/a')).toBeUndefined();
    expect(
      await store.updateRefs([
        { ref: 'refs/tags/a', from: null, to: next },
        { ref: 'refs/heads/main', from: base, to: next },
      ]),
    ).toEqual({ kind: 'moved' });
    expect(await store.updateRefs([{ ref: 'refs/tags/a', from: null, to: base }])).toEqual({
      kind: 'refused',
      ref: 'refs/tags/a',
      actual: next,
    });
    expect(await store.updateRefs([{ ref: 'refs/heads/absent', from: base, to: next }])).toEqual({
      kind: 'refused',
      ref: 'refs/heads/absent',
      actual: null,
    });
  });

  test('lets exactly one of twenty racing updates win', async () => {
    const { store, base, commit } = await openWorkshop();
    const tree = await store.treeOf(base);
    const commits = await Promise.all(Array.from({ length: 20 }, (_, index) => commit(tree, [base], `racer ${index}`)));
    const outcomes = await Promise.all(
      commits.map((to) => store.updateRefs([{ ref: 'refs/heads/main', from: base, to }])),
    );
    expect(outcomes.filter(({ kind }) => kind === 'moved')).toHaveLength(1);
    expect(commits).toContain(await store.findRef('refs/heads/main'));
  });

  test.each([
    'refs/heads/../x',
    'refs/heads/a b',
    'refs/heads/a..b',
    'refs/heads/x.lock',
    'HEAD',
    'refs/heads/-\n',
    '',
  ])('refuses the ref name %j', async (ref) => {
    const { store, base } = await openWorkshop();
    await expect(store.updateRefs([{ ref, from: null, to: base }])).rejects.toMatchObject({ code: 'NAME_INVALID' });
  });

  test('exports a tree to an empty folder and nowhere else', async () => {
    const { store, base, dir } = await openWorkshop();
    const target = path.join(dir, 'exported');
    await store.exportTree(await store.treeOf(base), target);
    expect(filesIn(target)).toEqual(sampleFiles);
    expect(fs.statSync(path.join(target, 'ops/run.sh')).mode & 0o111).not.toBe(0);
    await expect(store.exportTree(await store.treeOf(base), target)).rejects.toMatchObject({ code: 'FILE_ACCESS' });
  });

  test('goes on after its long-lived processes are killed', async () => {
    const pids: number[] = [];
    const inner = createInProcessSpawner();
    const spawner: Spawner = {
      ...inner,
      open: async (spec) => {
        const before = new Set(childPids());
        const program = await inner.open(spec);
        pids.push(...childPids().filter((pid) => !before.has(pid)));
        return program;
      },
    };
    const { store, base, commit } = await openWorkshop({ spawner });
    expect(pids.length).toBeGreaterThan(0);
    for (const pid of pids.splice(0)) process.kill(pid, 'SIGKILL');
    const next = await commit(await store.treeOf(base), [base]);
    expect(await store.updateRefs([{ ref: 'refs/heads/main', from: base, to: next }])).toEqual({ kind: 'moved' });
    expect(pids.length).toBeGreaterThan(0);
  });

  test('says that git is missing, too old, or hung', async () => {
    const dir = temporaryFolder();
    const bin = path.join(dir, 'bin');
    fs.mkdirSync(bin);
    const open = (script?: string, timeoutMs?: number): ReturnType<typeof createTrustedStore> => {
      if (script !== undefined) fs.writeFileSync(path.join(bin, 'git'), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
      const inner = createInProcessSpawner();
      onTestFinished(() => inner.close());
      const spawner: Spawner =
        timeoutMs === undefined ? inner : { ...inner, run: (spec: RawSpec) => inner.run({ ...spec, timeoutMs }) };
      return createTrustedStore({
        gitDir: path.join(dir, 'store.git'),
        scratchDir: path.join(dir, 'scratch'),
        spawner,
        searchPath: bin,
      });
    };
    await expect(open().version()).rejects.toMatchObject({ code: 'GIT_MISSING' });
    await expect(open('echo git version 2.30.1').version()).rejects.toMatchObject({ code: 'GIT_TOO_OLD' });
    expect(await open('echo git version 2.47.0.windows.1').version()).toBe('2.47.0.windows.1');
    await expect(open('/bin/sleep 60', 200).verify()).rejects.toMatchObject({ code: 'GIT_TIMEOUT' });
    await expect(
      open('echo "fatal: write error: No space left on device" >&2; exit 128').importCommit({
        gitDir: dir,
        commit: asCommitId('1'.repeat(40)),
        name: 'x',
      }),
    ).rejects.toMatchObject({ code: 'DISK_FULL' });
  });

  test('tells of objects it does not have', async () => {
    const { store } = await openWorkshop();
    await expect(store.list(asGitTreeId('1'.repeat(40)))).rejects.toMatchObject({ code: 'GIT_FAILED' });
    await expect(store.readBlob('2'.repeat(40))).rejects.toMatchObject({ code: 'GIT_FAILED' });
    await expect(store.treeOf(asCommitId('3'.repeat(40)))).rejects.toMatchObject({ code: 'GIT_FAILED' });
  });

  test('finds content that a checkout would convert, and nested repositories', async () => {
    const { store, base } = await openWorkshop();
    const tree = await store.editTree(
      await store.treeOf(base),
      new Map([
        ['.gitattributes', '# weights\n*.safetensors filter=lfs diff=lfs merge=lfs -text\n*.txt text\n'],
        [
          'deep/.gitattributes',
          '"a b" ident\n*.csv working-tree-encoding=UTF-16\n*.bat eol=crlf\n*.sh eol=lf -filter\n',
        ],
      ]),
    );
    expect(await store.findUnsupported(tree)).toEqual([
      { path: '.gitattributes', code: 'HOME_LFS', reason: 'line 2 uses Git LFS (filter=lfs)' },
      { path: 'deep/.gitattributes', code: 'HOME_UNSUPPORTED', reason: 'line 1 replaces $Id$ on checkout (ident)' },
      {
        path: 'deep/.gitattributes',
        code: 'HOME_UNSUPPORTED',
        reason: 'line 2 changes the encoding on checkout (working-tree-encoding=UTF-16)',
      },
      {
        path: 'deep/.gitattributes',
        code: 'HOME_UNSUPPORTED',
        reason: 'line 3 changes line ends on checkout (eol=crlf)',
      },
    ]);
    expect(await store.findUnsupported(await store.treeOf(base))).toEqual([]);
  });

  test('is created once and repaired when a file of it is missing', async () => {
    const { store, dir } = await openWorkshop();
    const attributes = path.join(dir, 'state/store.git/info/attributes');
    fs.writeFileSync(attributes, '* filter=evil\n');
    await store.create();
    expect(fs.readFileSync(attributes, 'utf8')).toBe(
      '* -text !eol !ident -filter !working-tree-encoding !merge !diff\n',
    );
    expect(fs.statSync(path.join(dir, 'state/store.git')).mode & 0o777).toBe(0o700);
    expect(await store.verify()).toEqual([]);
  });
});

function childPids(): number[] {
  return fs
    .readFileSync(`/proc/${process.pid}/task/${process.pid}/children`, 'utf8')
    .trim()
    .split(' ')
    .filter((pid) => pid !== '')
    .map(Number);
}
