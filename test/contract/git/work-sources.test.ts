import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';

import { beforeEach, describe, expect, it } from 'vitest';

import { createWorkSources } from '../../../src/adapters/git/work-sources.ts';
import { skipInSlot } from '../../../src/domain/changes/snapshot-rules.ts';
import type { SnapshotOutcome, WorkSource, WorkSources } from '../../../src/ports/git.ts';
import { moved, stillness } from '../../support/stillness.ts';
import { faultOf } from '../support/fault-of.ts';
import { git, limits, openWorkshop, plantProgram, tryGit, type Workshop, write } from './support.ts';

let shop: Workshop;
let work: WorkSources;

beforeEach(async () => {
  shop = await openWorkshop();
  work = createWorkSources({ homeDir: shop.homeDir, store: shop.store });
});

/** A linked work tree of home, elsewhere on disk. */
function addTree(name: string, ...more: string[]): string {
  const dir = path.join(shop.dir, 'elsewhere', name);
  git(shop.homeDir, 'worktree', 'add', '--quiet', ...more, dir);
  return dir;
}

async function taken(source: WorkSource): Promise<Record<string, string>> {
  const outcome = await snapshot(source);
  if (outcome.kind !== 'taken') throw new Error(JSON.stringify(outcome.refused));
  const files: Record<string, string> = {};
  for (const { path: file, blob } of await shop.store.list(outcome.tree))
    files[file] = Buffer.from(await shop.store.readBlob(blob)).toString('utf8');
  return files;
}

async function snapshot(source: WorkSource): Promise<SnapshotOutcome> {
  await shop.store.importCommit({ gitDir: source.gitDir, commit: source.head, name: 'submit-r1' });
  return work.snapshot({ source, limits, skip: skipInSlot });
}

const folder = (dir: string) => work.find({ kind: 'folder', path: dir });

describe('where the work lies', () => {
  it('is found for a branch, a linked work tree, a clone, home itself and a slot', async () => {
    const tree = addTree('claude', '-b', 'claude/x');
    const clone = path.join(shop.dir, 'clone');
    git(shop.dir, 'clone', '--quiet', shop.homeDir, clone);
    await shop.prepare(shop.base);
    expect(await work.find({ kind: 'branch', name: 'claude/x' })).toMatchObject({ kind: 'branch', head: shop.base });
    expect(await folder(tree)).toMatchObject({ kind: 'worktree', name: tree, notes: ['the work tree is on claude/x'] });
    expect(await folder(path.join(tree, 'ops'))).toMatchObject({ kind: 'worktree', name: tree });
    expect(await folder(clone)).toMatchObject({ kind: 'clone', gitDir: path.join(clone, '.git') });
    expect(await folder(shop.homeDir)).toMatchObject({ kind: 'home' });
    expect(await folder(shop.slot().dir)).toMatchObject({ kind: 'slot' });
  });

  it('may be on no branch, and locked', async () => {
    const tree = addTree('codex', '--detach');
    git(shop.homeDir, 'worktree', 'lock', tree);
    expect((await folder(tree)).notes).toEqual([
      'the work tree is on no branch',
      'the work tree is locked, and stays so',
    ]);
  });

  it('is no branch of a name that git would refuse or take for something else', async () => {
    for (const name of [
      '',
      '.git',
      'a..b',
      '-x',
      'HEAD',
      '--upload-pack=x',
      'a b',
      'x'.repeat(300),
      'x.lock',
      'a\u0007b',
    ])
      expect([name, (await faultOf(work.find({ kind: 'branch', name }))).code]).toEqual([name, 'NAME_INVALID']);
  });

  it('names branches that are near when there is none of the name', async () => {
    git(shop.homeDir, 'branch', 'claude/faster');
    expect(await faultOf(work.find({ kind: 'branch', name: 'faster' }))).toMatchObject({
      code: 'SOURCE_NOT_FOUND',
      hints: ['orchestrate submit claude/faster', 'git branch'],
    });
  });

  it.each([
    ['no folder at all', () => path.join(shop.dir, 'nowhere'), 'SOURCE_NOT_FOUND', /There is no folder/],
    ['a file', () => path.join(shop.homeDir, 'orchestrate.yaml'), 'SOURCE_REFUSED', /no folder/],
    ['no work tree', () => fs.mkdtempSync(path.join(shop.dir, 'plain-')), 'SOURCE_REFUSED', /no work tree/],
    ['inside .git', () => path.join(shop.homeDir, '.git/refs'), 'SOURCE_REFUSED', /inside \.git/],
    [
      'a bare repository',
      () => {
        git(shop.dir, 'clone', '--quiet', '--bare', shop.homeDir, 'bare.git');
        return path.join(shop.dir, 'bare.git');
      },
      'SOURCE_REFUSED',
      /bare repository/,
    ],
    [
      'a shallow clone',
      () => {
        git(shop.homeDir, 'commit', '--quiet', '--allow-empty', '--message', 'two');
        git(shop.dir, 'clone', '--quiet', '--depth=1', `file://${shop.homeDir}`, 'shallow');
        return path.join(shop.dir, 'shallow');
      },
      'SOURCE_REFUSED',
      /shallow/,
    ],
    [
      'a clone that borrows objects',
      () => {
        git(shop.dir, 'clone', '--quiet', '--shared', shop.homeDir, 'shared');
        return path.join(shop.dir, 'shared');
      },
      'SOURCE_REFUSED',
      /borrowed/,
    ],
    [
      'a repository without a commit',
      () => {
        git(shop.dir, 'init', '--quiet', 'empty');
        return path.join(shop.dir, 'empty');
      },
      'SOURCE_REFUSED',
      /no commit yet/,
    ],
    [
      'the middle of a merge',
      () => {
        const tree = addTree('half', '-b', 'half');
        write(tree, { 'ops/alerts.yaml': 'mine\n' });
        git(tree, 'commit', '--quiet', '--all', '--message', 'mine');
        write(shop.homeDir, { 'ops/alerts.yaml': 'theirs\n' });
        git(shop.homeDir, 'commit', '--quiet', '--all', '--message', 'theirs');
        tryGit(tree, ['merge', 'main']);
        return tree;
      },
      'SOURCE_REFUSED',
      /a merge is going on/,
    ],
    [
      'a .git file that leads to a repository that does not know it',
      () => {
        const tree = addTree('forged');
        fs.writeFileSync(path.join(tree, '.git'), `gitdir: ${path.join(shop.homeDir, '.git/worktrees/other')}\n`);
        return tree;
      },
      'SOURCE_REFUSED',
      /submodule, or its repository is gone/,
    ],
  ] as const)('is not %s', async (_, make, code, message) => {
    expect(await faultOf(folder(make()))).toMatchObject({
      code,
      message: expect.stringMatching(message),
      state: 'Nothing was taken, and nothing there was touched.',
    });
  });
});

describe('what is taken', () => {
  it('is every file that lies there, tracked or not, and nothing that is ignored unless it is tracked', async () => {
    const tree = addTree('claude', '-b', 'claude/x');
    write(tree, {
      'docs/new.md': 'committed\n',
      'docs/forced.ignored': 'forced\n',
    });
    git(tree, 'add', '--force', 'docs');
    git(tree, 'commit', '--quiet', '--message', 'work');
    write(tree, {
      'docs/new.md': 'edited\n',
      'docs/loose.md': 'loose\n',
      'docs/junk.ignored': 'junk\n',
      'docs/staged.ignored': 'staged\n',
      'node_modules/x/index.js': 'x\n',
      '.orchestrate/x': 'x\n',
    });
    fs.rmSync(path.join(tree, 'requirements.lock'));
    git(tree, 'add', '--force', 'docs/staged.ignored');
    fs.appendFileSync(path.join(shop.homeDir, '.git/info/exclude'), 'node_modules/\n');
    const files = await taken(await folder(tree));
    expect(files).toMatchObject({
      'docs/new.md': 'edited\n',
      'docs/loose.md': 'loose\n',
      'docs/forced.ignored': 'forced\n',
      'docs/staged.ignored': 'staged\n',
    });
    for (const left of ['docs/junk.ignored', 'node_modules/x/index.js', '.orchestrate/x', 'requirements.lock'])
      expect(files).not.toHaveProperty([left]);
  });

  it('leaves the source as it is to the nanosecond, which a plain git status does not', async () => {
    const tree = addTree('claude', '-b', 'claude/x');
    write(tree, { 'docs/new.md': 'new\n', 'ops/alerts.yaml': 'edited\n' });
    git(tree, 'add', 'docs');
    // As after a checkout by another tool: the index holds stat data of other times.
    fs.utimesSync(path.join(tree, 'ops/run.sh'), 1_600_000_000, 1_600_000_000);
    const clone = path.join(shop.dir, 'clone');
    git(shop.dir, 'clone', '--quiet', shop.homeDir, clone);
    const all = [tree, clone, shop.homeDir];
    const before = stillness(...all);
    for (const dir of all) await snapshot(await folder(dir));
    await work.find({ kind: 'branch', name: 'claude/x' });
    expect(moved(before, stillness(...all))).toEqual([]);
    git(tree, 'status');
    expect(moved(before, stillness(...all))).toContain(path.join(shop.homeDir, '.git/worktrees/claude/index'));
  });

  it('is read without anything of its configuration, filters, hooks or attributes, which a plain git obeys', async () => {
    const clone = path.join(shop.dir, 'clone');
    git(shop.dir, 'clone', '--quiet', shop.homeDir, clone);
    const marker = path.join(shop.dir, 'marker');
    const program = plantProgram(shop.dir, marker);
    write(clone, { 'docs/new.md': 'new\n', '.gitattributes': '*.md filter=evil\n' });
    fs.writeFileSync(path.join(clone, '.git/info/attributes'), '* filter=evil\n');
    for (const [key, value] of [
      ['core.fsmonitor', program],
      ['filter.evil.clean', program],
      ['core.excludesFile', path.join(shop.dir, 'x')],
      ['core.hooksPath', shop.dir],
    ] as const)
      git(clone, 'config', key, value);
    await shop.store.importCommit({ gitDir: path.join(clone, '.git'), commit: shop.base, name: 'x' });
    fs.rmSync(path.join(clone, '.git/info/attributes'));
    fs.rmSync(path.join(clone, '.gitattributes'));
    write(clone, { 'docs/.gitattributes': '*.md filter=evil\n' });
    expect((await taken(await folder(clone)))['docs/new.md']).toBe('new\n');
    expect(fs.existsSync(marker)).toBe(false);
    tryGit(clone, ['add', '--all']);
    expect(fs.existsSync(marker)).toBe(true);
  });

  it('is refused with the reason where it holds a nested repository, a fifo, or names that collide', async () => {
    const tree = addTree('claude', '-b', 'claude/x');
    git(tree, 'init', '--quiet', 'docs/nested');
    write(tree, { 'docs/nested/file': 'x\n' });
    expect(await snapshot(await folder(tree))).toMatchObject({
      kind: 'refused',
      refused: [{ path: 'docs/nested', reason: 'nested repository' }],
    });
    fs.rmSync(path.join(tree, 'docs/nested'), { recursive: true });
    write(tree, {
      'docs/README.md': 'one\n',
      'docs/readme.md': 'other\n',
      'docs/cafe\u0301': '1\n',
      'docs/caf\u00E9': '2\n',
    });
    expect(await snapshot(await folder(tree))).toMatchObject({
      kind: 'refused',
      refused: [
        { path: expect.stringMatching(/caf/), reason: expect.stringMatching(/case collision with docs\/caf/) },
        { path: 'docs/readme.md', reason: 'case collision with docs/README.md' },
      ],
    });
  });

  it('names a nested repository in a folder that has tracked files, too', async () => {
    const tree = addTree('claude', '-b', 'claude/x');
    fs.mkdirSync(path.join(tree, 'ops/.git'));
    expect(await snapshot(await folder(tree))).toMatchObject({
      kind: 'refused',
      refused: [{ path: 'ops/.git', reason: 'nested repository' }],
    });
  });

  it('takes names that look like options, with newlines and control characters, literally', async () => {
    const tree = addTree('claude', '-b', 'claude/x');
    const names = ['docs/--upload-pack=x', 'docs/:(exclude)*', 'docs/new\nline', 'docs/\u001B[31mred'];
    write(tree, Object.fromEntries(names.map((name) => [name, `${name}!`])));
    const files = await taken(await folder(tree));
    for (const name of names) expect(files[name]).toBe(`${name}!`);
  });

  it('is not a sparse checkout, whose absent files nobody has taken away', async () => {
    const tree = addTree('sparse', '-b', 'sparse');
    git(tree, 'sparse-checkout', 'set', 'ops');
    const fault = await faultOf(folder(tree).then(snapshot));
    expect(fault).toMatchObject({ code: 'SOURCE_REFUSED', message: expect.stringMatching(/sparse/) });
  });

  it('holds what assume-unchanged and skip-worktree hide from git', async () => {
    const tree = addTree('hidden', '-b', 'hidden');
    git(tree, 'update-index', '--assume-unchanged', 'ops/alerts.yaml');
    git(tree, 'update-index', '--skip-worktree', 'requirements.lock');
    write(tree, { 'ops/alerts.yaml': 'changed\n', 'requirements.lock': 'changed\n' });
    expect(execFileSync('git', ['-C', tree, 'status', '--porcelain'], { encoding: 'utf8' })).toBe('');
    expect(await taken(await folder(tree))).toMatchObject({
      'ops/alerts.yaml': 'changed\n',
      'requirements.lock': 'changed\n',
    });
  });
});
