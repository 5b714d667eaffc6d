import { describe, expect, it } from 'vitest';

import { dataOf } from '../../../../src/domain/journal/kinds.ts';
import { ask, closedAs, passUntil, startSupervisor, stateOfSubject } from '../../../fakes/fake-life.ts';
import { anna, createWorld, homeDir, type World } from '../../../fakes/fake-world.ts';
import { asked, branchWith, carryOut, options, submit } from './own-work.ts';

const branch = (name: string) => ({ kind: 'branch', name }) as const;
const folder = (path: string) => ({ kind: 'folder', path }) as const;
const planOf = (world: World, run: string) => dataOf('plan.made', world.ledgers.open().latest(`plan:${run}`))?.plan;
const faultOf = (world: World, run: string): object | undefined => {
  const moved = dataOf('machine.moved', world.ledgers.open().latest(`machine:${run}`));
  return moved?.event as object | undefined;
};
const answerTo = (world: World, id: number): unknown => world.ledgers.open().findRequest(id)?.answer;

describe('a branch that is submitted', () => {
  it('is merged as one commit of ours, on the branch, in the name of the person', async () => {
    const world = await createWorld();
    branchWith(world, 'claude/doc', { 'docs/env-setup/a.md': 'a\n' });
    await submit(world, asked(branch('claude/doc'), { title: 'a page\u001B[31m\nReviewed-by: me' }));
    expect(await carryOut(world, 'r1')).toBe('done');
    const { message, parents } = world.store.objects.facts(world.home.head());
    expect(message).toContain(
      'a page Reviewed-by: me\n\nRun: r1\nChange: c1\nAuthor: anna\nReviewed-by: anna (person)',
    );
    expect(message).not.toContain('Reviewed-by: root');
    expect(parents).toEqual([world.first]);
    expect(await world.files.readText(`${homeDir}/docs/env-setup/a.md`)).toBe('a\n');
    expect(planOf(world, 'r1')?.goal).toMatchObject({
      kind: 'submit',
      base: world.first,
      nPaths: 1,
      source: { kind: 'branch', nCommits: 1, nUncommitted: 0 },
      outsideScope: [],
      reviewers: ['models-integ', 'ops-maint'],
    });
  });

  it('keeps its own tree when the branch is gone afterwards', async () => {
    const world = await createWorld();
    branchWith(world, 'mine', { 'docs/env-setup/a.md': 'a\n' });
    await submit(world, asked(branch('mine')), { yes: false });
    const supervisor = startSupervisor(world);
    await passUntil(world, () => stateOfSubject(world, 'c1') === 'reviewing.deciding');
    world.home.refs.delete('refs/heads/mine');
    const gated = dataOf('change.gated', world.ledgers.open().latest('gate:c1'));
    await ask(world, 'review.answer', {
      change: 'c1',
      tree: gated?.exact ?? '',
      base: gated?.base ?? '',
      verdict: 'approved',
      comment: null,
      by: anna,
    });
    await passUntil(world, () => closedAs(world, 'r1') !== undefined);
    await supervisor.stop();
    expect(closedAs(world, 'r1')).toBe('done');
    expect(world.store.refs.get('refs/orchestrate/changes/c1')).toBeDefined();
  });

  it('gives way to the same work, submitted again while it was open', async () => {
    const world = await createWorld();
    branchWith(world, 'mine', { 'docs/env-setup/a.md': 'a\n' });
    await submit(world, asked(branch('mine')), { yes: false });
    const supervisor = startSupervisor(world);
    await passUntil(world, () => stateOfSubject(world, 'c1') === 'reviewing.deciding');
    branchWith(world, 'mine', { 'docs/env-setup/a.md': 'b\n' });
    await submit(world, asked(branch('mine')), { yes: false });
    await passUntil(world, () => closedAs(world, 'r1') !== undefined);
    await passUntil(world, () => stateOfSubject(world, 'c2') === 'reviewing.deciding');
    await supervisor.stop();
    expect(stateOfSubject(world, 'c1')).toBe('superseded');
    expect(faultOf(world, 'r1')).toMatchObject({ fault: { code: 'CHANGE_SUPERSEDED' } });
    expect(world.store.refs.get('refs/orchestrate/changes/c1')).toBeDefined();
  });

  it('leaves another source of the same tree alone', async () => {
    const world = await createWorld();
    branchWith(world, 'mine', { 'docs/env-setup/a.md': 'a\n' });
    branchWith(world, 'yours', { 'docs/env-setup/b.md': 'b\n' });
    await submit(world, asked(branch('mine')), { yes: false });
    await submit(world, asked(branch('yours')), { yes: false });
    const supervisor = startSupervisor(world);
    await passUntil(world, () => stateOfSubject(world, 'c2') === 'reviewing.deciding');
    await passUntil(world, () => stateOfSubject(world, 'c1') === 'reviewing.deciding');
    await supervisor.stop();
    expect(stateOfSubject(world, 'c1')).toBe('reviewing.deciding');
  });
});

describe('edits in home', () => {
  it('are taken as they lie there, and are the branch afterwards', async () => {
    const world = await createWorld();
    world.files.put(`${homeDir}/docs/env-setup/a.md`, 'by hand\n');
    await submit(world, asked(folder(homeDir)));
    expect(await carryOut(world, 'r1')).toBe('done');
    expect(planOf(world, 'r1')?.goal).toMatchObject({ source: { kind: 'home', nUncommitted: 1 } });
    expect(planOf(world, 'r1')?.warnings.join()).toContain('1 file is not committed there, and taken too');
    expect(await world.home.dirtyPaths(world.home.head())).toEqual([]);
  });

  it('of two trees are one change that says whose files it touches, or only those of the tree', async () => {
    const world = await createWorld();
    world.files.put(`${homeDir}/docs/env-setup/a.md`, 'a\n');
    world.files.put(`${homeDir}/ops/b.yaml`, 'b\n');
    await submit(world, asked(folder(homeDir), { tree: 'env-setup' }), { previewOnly: true });
    await submit(world, asked(folder(homeDir), { tree: 'env-setup', isScopeOnly: true }), { previewOnly: true });
    await submit(world, asked(folder(homeDir)), { previewOnly: true });
    const supervisor = startSupervisor(world);
    for (const run of ['r1', 'r2', 'r3']) await passUntil(world, () => closedAs(world, run) !== undefined);
    await supervisor.stop();
    expect(planOf(world, 'r1')?.goal).toMatchObject({
      nPaths: 2,
      outsideScope: [{ path: 'ops/b.yaml', owners: ['ops-maint'] }],
    });
    expect(planOf(world, 'r2')?.goal).toMatchObject({ nPaths: 1, outsideScope: [] });
    expect(faultOf(world, 'r3')).toMatchObject({ error: { code: 'SCOPE_EXCEEDED' } });
  });
});

describe('what cannot be submitted', () => {
  it('is refused with a code before a run is made: an unknown tree, branch or folder', async () => {
    const world = await createWorld();
    branchWith(world, 'mine', { 'docs/env-setup/a.md': 'a\n' });
    const ids = [
      await submit(world, asked(branch('mine'), { tree: 'nope' })),
      await submit(world, asked(branch('nope'))),
      await submit(world, asked(folder('/nope'))),
      await ask(world, 'open.start', { tree: 'nope', options, by: anna }),
    ];
    const supervisor = startSupervisor(world);
    await passUntil(world, () => ids.every((id) => answerTo(world, id)));
    await supervisor.stop();
    expect(ids.map((id) => answerTo(world, id))).toMatchObject(
      ['TREE_NOT_FOUND', 'SOURCE_NOT_FOUND', 'SOURCE_NOT_FOUND', 'TREE_NOT_FOUND'].map((code) => ({
        kind: 'refused',
        fault: { code },
      })),
    );
    expect(world.ledgers.open().read({ kinds: ['run.created'] })).toEqual([]);
  });

  it.each([
    ['no difference', {}, {}, 'NOTHING_TO_DO'],
    ['files of another tree only', { 'ops/x.yaml': 'x\n' }, { tree: 'env-setup' }, 'SCOPE_EXCEEDED'],
    ['a base that is no commit of the branch', { 'ops/x.yaml': 'x\n' }, { base: 'f'.repeat(40) }, 'SOURCE_UNRELATED'],
    ['a pointer of Git LFS', { 'ops/x': 'version https://git-lfs.github.com/spec/v1\noid x\n' }, {}, 'SOURCE_REFUSED'],
    ['requirements that the lock does not meet', { 'requirements.in': 'numpy>=3\n' }, {}, 'LOCK_INVALID'],
  ] as const)('fails with %s', async (_, edits, more, code) => {
    const world = await createWorld();
    branchWith(world, 'mine', edits);
    await submit(world, asked(branch('mine'), more));
    expect(await carryOut(world, 'r1')).toBe('failed');
    expect(faultOf(world, 'r1')).toMatchObject({
      error: { code, state: expect.stringContaining('Nothing was changed') },
    });
    expect(world.home.head()).toBe(world.first);
  });

  it('fails where histories have nothing in common, and takes the base that is said', async () => {
    const world = await createWorld();
    const tree = await world.store.editTree(await world.store.treeOf(world.first), new Map([['ops/x.yaml', 'x\n']]));
    const author = { name: 'x', email: 'x' };
    const lone = await world.store.commit({ tree, parents: [], message: 'lone\n', author, atSeconds: 1 });
    world.home.objects.take(world.store.objects, lone);
    world.home.refs.set('refs/heads/lone', lone);
    await submit(world, asked(branch('lone')));
    expect(await carryOut(world, 'r1')).toBe('failed');
    expect(faultOf(world, 'r1')).toMatchObject({ error: { code: 'SOURCE_UNRELATED' } });
    await submit(world, asked(branch('lone'), { base: world.first.slice(0, 10) }));
    expect(await carryOut(world, 'r2')).toBe('done');
  });
});
