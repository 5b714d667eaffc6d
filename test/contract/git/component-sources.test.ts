import * as fs from 'node:fs';
import * as path from 'node:path';

import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';

import { createComponentSources } from '../../../src/adapters/git/component-sources.ts';
import { createTrustedStore } from '../../../src/adapters/git/trusted-store.ts';
import { createInProcessSpawner } from '../../../src/adapters/process/in-process-spawner.ts';
import { asCommitId } from '../../../src/base/ids.ts';
import type { ComponentSources } from '../../../src/ports/component-sources.ts';
import { faultOf } from '../support/fault-of.ts';
import { git, openWorkshop, searchPath, type Workshop, write } from './support.ts';

let workshop: Workshop;
let sources: ComponentSources;
let upstream: string;

beforeEach(async () => {
  workshop = await openWorkshop();
  sources = createComponentSources({ store: workshop.store });
  upstream = path.join(workshop.dir, 'upstream');
  fs.mkdirSync(upstream);
  git(upstream, 'init', '--quiet', '--initial-branch=master');
});

/** Commits the files in the upstream repository; a tag is annotated. Returns the commit. */
function publish(files: Readonly<Record<string, string>>, tag?: string): ReturnType<typeof asCommitId> {
  write(upstream, files);
  git(upstream, 'add', '--all', '--force');
  git(upstream, 'commit', '--quiet', '--allow-empty', '--message', tag ?? 'more');
  if (tag !== undefined) git(upstream, 'tag', '--force', '--annotate', '--message', tag, tag);
  return asCommitId(git(upstream, 'rev-parse', 'HEAD').trim());
}

const fetchHead = (ref: string | null = null) =>
  sources.fetchCommit({ source: upstream, commit: asCommitId(git(upstream, 'rev-parse', 'HEAD').trim()), ref });
const refsOf = async (): Promise<readonly string[]> =>
  (await workshop.store.listRefs('refs/orchestrate/')).map(({ ref }) => ref);

describe('versions', () => {
  it('names tags by the commit that they stand for, branches, and the default one', async () => {
    const first = publish({ 'main.py': '1\n' }, 'v0.3.76');
    const second = publish({ 'main.py': '2\n' });
    git(upstream, 'tag', 'v0.4', second);
    expect(await sources.versions(upstream)).toEqual([
      { ref: 'refs/heads/master', name: 'master', kind: 'branch', commit: second, isDefault: true },
      { ref: 'refs/tags/v0.3.76', name: 'v0.3.76', kind: 'tag', commit: first, isDefault: false },
      { ref: 'refs/tags/v0.4', name: 'v0.4', kind: 'tag', commit: second, isDefault: false },
    ]);
    expect(await sources.versions(`file://${upstream}`)).toHaveLength(3);
  });

  it('says so when the source is gone', async () => {
    expect(await faultOf(sources.versions(`${upstream}-gone`))).toMatchObject({
      code: 'COMPONENT_SOURCE_UNREACHABLE',
      state: expect.stringContaining('Nothing was'),
    });
  });

  it.each([
    ['git@github.com:Comfy-Org/ComfyUI.git', 'https://github.com/Comfy-Org/ComfyUI.git'],
    ['ssh://git@github.com/Comfy-Org/ComfyUI', 'https://github.com/Comfy-Org/ComfyUI'],
    ['http://github.com/Comfy-Org/ComfyUI', 'https://github.com/Comfy-Org/ComfyUI'],
    ['ext::sh -c touch% /tmp/x', ''],
    ['--upload-pack=touch /tmp/x', ''],
    ['https://user:secret@example.invalid/x', ''],
    ['relative/path', ''],
  ])('refuses %s', async (source, better) => {
    const fault = await faultOf(sources.versions(source));
    expect(fault).toMatchObject({ code: 'COMPONENT_SOURCE_REFUSED' });
    expect(fault.hints.join(' ')).toContain(better);
    expect(fault.message).not.toContain('secret');
  });
});

describe('a repository on this machine', () => {
  /** A git of which every part fetches what a repository lacks from where its configuration says, as before 2.39.4. */
  function oldGit(): string {
    const bin = path.join(workshop.dir, 'old-bin');
    fs.mkdirSync(bin);
    for (const name of ['git', 'git-upload-pack']) {
      const real = searchPath
        .split(':')
        .map((dir) => path.join(dir, name))
        .find((file) => fs.existsSync(file));
      const script = `#!/bin/sh\nexport GIT_NO_LAZY_FETCH=0\nexec ${real} "$@"\n`;
      fs.writeFileSync(path.join(bin, name), script, { mode: 0o755 });
    }
    return `${bin}:${searchPath}`;
  }

  it('is not asked by a git that runs what its configuration names', async () => {
    const commit = publish({ 'main.py': 'x\n' });
    const spawner = createInProcessSpawner();
    onTestFinished(() => spawner.close());
    const store = createTrustedStore({
      gitDir: path.join(workshop.dir, 'state/store.git'),
      scratchDir: path.join(workshop.dir, 'state/scratch'),
      spawner,
      searchPath: oldGit(),
    });
    const old = createComponentSources({ store });
    for (const asked of [old.versions(upstream), old.fetchCommit({ source: upstream, commit, ref: null })])
      expect(await faultOf(asked)).toMatchObject({ code: 'GIT_TOO_OLD', state: 'Nothing was fetched.' });
    expect(await faultOf(old.versions('https://127.0.0.1:9/x'))).toMatchObject({
      code: 'COMPONENT_SOURCE_UNREACHABLE',
    });
    await store.close();
    expect(await sources.versions(upstream)).toHaveLength(1);
  });
});

describe('fetch', () => {
  it('takes the files of one commit, and none of the history', async () => {
    const old = publish({ 'main.py': 'old\n' });
    const commit = publish({ 'main.py': 'new\n', 'comfy/x.py': 'x\n' }, 'v1');
    const fetched = await fetchHead('refs/tags/v1');
    expect(fetched.commit).toBe(commit);
    expect((await workshop.store.list(fetched.tree)).map((one) => one.path)).toEqual(['comfy/x.py', 'main.py']);
    expect(fetched.tree).toBe(git(upstream, 'rev-parse', 'HEAD^{tree}').trim());
    expect(await faultOf(workshop.store.treeOf(old))).toMatchObject({ code: 'GIT_FAILED' });
    expect(await workshop.store.verify()).toEqual([]);
    expect(fs.readdirSync(path.join(workshop.dir, 'state/scratch/fetch'))).toEqual([]);
  });

  it('takes a commit that no name stands for, and needs no source the second time', async () => {
    const old = publish({ 'main.py': 'old\n' });
    publish({ 'main.py': 'new\n' });
    const fetched = await sources.fetchCommit({ source: upstream, commit: old, ref: null });
    fs.rmSync(upstream, { recursive: true });
    expect(await sources.fetchCommit({ source: upstream, commit: old, ref: null })).toEqual(fetched);
  });

  it('says so when there is no such commit or tag', async () => {
    publish({ 'main.py': 'x\n' });
    for (const ref of [null, 'refs/tags/v9'])
      expect(
        await faultOf(sources.fetchCommit({ source: upstream, commit: asCommitId('1'.repeat(40)), ref })),
      ).toMatchObject({ code: 'COMPONENT_VERSION_NOT_FOUND' });
  });

  it('refuses a tag that stands for another commit than when it was first fetched', async () => {
    publish({ 'main.py': 'good\n' }, 'v1');
    await fetchHead('refs/tags/v1');
    const moved = publish({ 'main.py': 'evil\n' }, 'v1');
    expect(await faultOf(fetchHead('refs/tags/v1'))).toMatchObject({
      code: 'COMPONENT_REWRITTEN',
      hints: [expect.stringContaining(moved)],
    });
    // Asked for by its id, knowing what it is, it is taken.
    expect((await fetchHead(null)).commit).toBe(moved);
  });

  it('refuses a name that stands for another commit than the plan says', async () => {
    const planned = publish({ 'main.py': 'planned\n' });
    publish({ 'main.py': 'pushed meanwhile\n' });
    expect(
      await faultOf(sources.fetchCommit({ source: upstream, commit: planned, ref: 'refs/heads/master' })),
    ).toMatchObject({ code: 'COMPONENT_REWRITTEN' });
  });

  it.each([
    ['a filter', { '.gitattributes': '*.bin filter=lfs diff=lfs merge=lfs -text\n' }],
    ['a filter further down', { 'web/.gitattributes': '*.bin filter=evil\n' }],
    ['names that fold together', { 'Nodes.py': '1\n', 'nodes.py': '2\n' }],
  ])('refuses %s, and the store does not get it', async (_what, files) => {
    publish(files);
    const before = await refsOf();
    expect(await faultOf(fetchHead())).toMatchObject({ code: 'COMPONENT_CONTENT_REFUSED' });
    expect(await refsOf()).toEqual(before);
    expect(await faultOf(workshop.store.list(git(upstream, 'rev-parse', 'HEAD^{tree}').trim() as never))).toMatchObject(
      { code: 'GIT_FAILED' },
    );
  });

  it.each([
    ['../outside', 'leads out'],
    ['/etc/passwd', 'link to'],
    ['sub/../../outside', 'leads out'],
    ['deep/up/..', 'through another link'],
    ['deep/up/x', 'through another link'],
  ])('refuses a link to %s', async (target, why) => {
    fs.mkdirSync(path.join(upstream, 'deep/er'), { recursive: true });
    fs.symlinkSync('..', path.join(upstream, 'deep/up'));
    fs.symlinkSync(target, path.join(upstream, 'link'));
    publish({ 'main.py': 'x\n' });
    expect((await faultOf(fetchHead())).message).toContain(why);
  });

  it('takes links that stay inside', async () => {
    fs.mkdirSync(path.join(upstream, 'web/js'), { recursive: true });
    fs.symlinkSync('../../main.py', path.join(upstream, 'web/js/main.py'));
    publish({ 'main.py': 'x\n' });
    expect(await workshop.store.list((await fetchHead()).tree)).toHaveLength(2);
  });

  it('refuses submodules', async () => {
    publish({ 'main.py': 'x\n' });
    git(upstream, 'update-index', '--add', '--cacheinfo', `160000,${'1'.repeat(40)},vendor`);
    git(upstream, 'commit', '--quiet', '--message', 'submodule');
    expect((await faultOf(fetchHead())).message).toContain('vendor');
  });

  it('gives up a source that sends more than is taken', async () => {
    publish({ 'noise.bin': Array.from({ length: 40_000 }, () => Math.random().toString(36)).join('\n') });
    const small = createComponentSources({ store: workshop.store, maxBytes: 50_000 });
    const commit = asCommitId(git(upstream, 'rev-parse', 'HEAD').trim());
    expect(await faultOf(small.fetchCommit({ source: upstream, commit, ref: null }))).toMatchObject({
      code: 'COMPONENT_CONTENT_REFUSED',
      message: expect.stringContaining('50000 bytes'),
    });
  });
});

describe('a source that attacks', () => {
  /** A program that leaves a mark, named wherever git looks for one. */
  function plant(): string {
    const marker = path.join(workshop.dir, 'marker');
    const program = path.join(workshop.dir, 'planted');
    fs.writeFileSync(program, `#!/bin/sh\necho ran >> ${marker}\n[ "$1" = git ] && exec "$@"\nexit 1\n`, {
      mode: 0o755,
    });
    for (const hook of ['post-checkout', 'post-upload-pack', 'pre-auto-gc', 'reference-transaction'])
      fs.copyFileSync(program, path.join(upstream, '.git/hooks', hook));
    const section = [
      `[uploadpack]\n\tpackObjectsHook = ${program}`,
      `[core]\n\tfsmonitor = ${program}\n\tsshCommand = ${program}\n\talternateRefsCommand = ${program}`,
      `[filter "x"]\n\tsmudge = ${program}\n\tclean = ${program}`,
      `[extensions]\n\tpartialClone = origin\n[remote "origin"]\n\tpromisor = true\n\turl = ext::${program} x`,
      `[protocol]\n\tallow = always`,
    ];
    fs.appendFileSync(path.join(upstream, '.git/config'), `${section.join('\n')}\n`);
    return marker;
  }

  it('runs nothing that its repository names, even for objects that it lacks', async () => {
    const commit = publish({ 'main.py': 'x\n', 'lost.py': 'lost\n' });
    const lost = git(upstream, 'rev-parse', 'HEAD:lost.py').trim();
    fs.rmSync(path.join(upstream, '.git/objects', lost.slice(0, 2), lost.slice(2)));
    const marker = plant();
    // Control: a git that obeys the repository runs what it names.
    expect(fs.existsSync(marker)).toBe(false);
    try {
      git(upstream, 'cat-file', '-p', lost);
    } catch {
      // It runs the planted program and then has no object.
    }
    expect(fs.existsSync(marker)).toBe(true);
    fs.rmSync(marker);

    await faultOf(sources.fetchCommit({ source: upstream, commit, ref: null }));
    await sources.versions(upstream);
    expect(fs.existsSync(marker)).toBe(false);
  });
});
