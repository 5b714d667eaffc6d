import { describe, expect, it } from 'vitest';

import { changeView } from '../../../../src/app/views/change-view.ts';
import { asCommitId } from '../../../../src/base/ids.ts';
import { isSolvedByHand } from '../../../../src/domain/changes/hand-solved.ts';
import { dataOf } from '../../../../src/domain/journal/kinds.ts';
import { ask, closedAs, passUntil, startSupervisor, stateOfSubject } from '../../../fakes/fake-life.ts';
import { homeDir, installed, lockOf } from '../../../fakes/fake-world.ts';
import { approveChange, by, type Scene, supervised, upgrade } from '../supervisor/supervised-scene.ts';

const slot = `${homeDir}/trees/env-setup`;
const inSlot = ({ world }: Scene, path: string, text: string): void => world.files.put(`${slot}/${path}`, text);
const draftsOf = ({ world }: Scene) =>
  world.ledgers
    .open()
    .read({ kinds: ['change.drafted'] })
    .flatMap((entry) => dataOf('change.drafted', entry) ?? []);
const gates = ({ world }: Scene) =>
  world.ledgers
    .open()
    .read({ kinds: ['change.gated'] })
    .flatMap((entry) => dataOf('change.gated', entry) ?? []);
const viewOf = ({ world }: Scene) => changeView(world.ledgers.open(), 'c1');
const resubmit = (scene: Scene) => scene.ask('change.resubmit', { change: 'c1', by });

async function waiting(): Promise<Scene> {
  const scene = await supervised();
  await upgrade(scene);
  await scene.until('c1', 'reviewing.deciding');
  return scene;
}

const answer = (scene: Scene, verdict: 'approved' | 'changes-requested', comment: string | null = null) => {
  const { exact: tree = '', base = '' } = scene.latest('change.gated') ?? {};
  return scene.ask('review.answer', { change: 'c1', tree, base, verdict, comment, by });
};

describe('a change that was asked to be changed', () => {
  const asked = async (): Promise<Scene> => {
    const scene = await waiting();
    await answer(scene, 'changes-requested', 'say why in docs/env-setup');
    await scene.until('c1', 'changesRequested');
    return scene;
  };

  it('keeps its slot, and is taken again as its second draft: proven, reviewed and merged anew', async () => {
    const scene = await asked();
    expect(scene.latest('lease.freed')).toBeUndefined();
    inSlot(scene, 'docs/env-setup/why.md', 'because\n');
    expect(await resubmit(scene)).toMatchObject({ kind: 'accepted', run: 'r1' });
    await scene.until('c1', 'reviewing.deciding');
    const [first, second] = draftsOf(scene);
    expect(second).toMatchObject({ change: 'c1', run: 'r1', draft: 2, by, base: first?.base });
    expect(second?.paths.map(({ path }) => path)).toContain('docs/env-setup/why.md');
    expect(viewOf(scene)?.draft).toBe(2);
    await approveChange(scene, 'c1');
    await passUntil(scene.world, () => closedAs(scene.world, 'r1') !== undefined);
    expect(closedAs(scene.world, 'r1')).toBe('done');
    expect(await scene.world.files.readText(`${homeDir}/docs/env-setup/why.md`)).toBe('because\n');
  });

  it('counts no answer about the first draft, and shows it as about an older tree', async () => {
    const scene = await asked();
    const { exact: tree = '', base = '' } = scene.latest('change.gated') ?? {};
    inSlot(scene, 'docs/env-setup/why.md', 'because\n');
    await resubmit(scene);
    await scene.until('c1', 'reviewing.deciding');
    expect(viewOf(scene)?.reviews.find(({ reviewer }) => reviewer === 'final')).toMatchObject({
      verdict: 'changes-requested',
      comment: 'say why in docs/env-setup',
      isCurrent: false,
    });
    expect(
      await scene.ask('review.answer', { change: 'c1', tree, base, verdict: 'approved', comment: null, by }),
    ).toMatchObject({ kind: 'refused', fault: { code: 'CHANGE_MOVED' } });
  });

  it('keeps both drafts reachable from its ref', async () => {
    const scene = await asked();
    inSlot(scene, 'docs/env-setup/why.md', 'because\n');
    await resubmit(scene);
    await scene.until('c1', 'reviewing.deciding');
    const { store } = scene.world;
    const kept = store.refs.get('refs/orchestrate/changes/c1');
    const facts = await store.commitFacts(kept as Parameters<typeof store.commitFacts>[0]);
    const [first, second] = draftsOf(scene);
    expect(facts.tree).toBe(second?.proposed);
    const trees = await Promise.all(facts.parents.map((parent) => store.treeOf(parent)));
    expect(trees).toEqual([first?.baseTree, first?.proposed]);
  });

  it('is taken again once, however often the process is killed on the way', async () => {
    for (let n = 0; n < 6; n += 1) {
      const scene = await asked();
      await scene.supervisor.stop();
      inSlot(scene, 'docs/env-setup/why.md', 'because\n');
      const request = await ask(scene.world, 'change.resubmit', { change: 'c1', by });
      const isThere = () => draftsOf(scene).length > 1 && stateOfSubject(scene.world, 'c1') === 'reviewing.deciding';
      const mortal = startSupervisor(scene.world, { step: n * 6, when: n % 2 === 0 ? 'before' : 'after' });
      await passUntil(scene.world, () => mortal.isDead || isThere());
      await mortal.kill();
      const next = startSupervisor(scene.world);
      await passUntil(scene.world, isThere);
      await next.stop();
      expect(draftsOf(scene).map(({ draft }) => draft)).toEqual([undefined, 2]);
      expect(scene.world.ledgers.open().findRequest(request)?.answer).toMatchObject({ kind: 'accepted' });
      const { store } = scene.world;
      const kept = asCommitId(store.refs.get('refs/orchestrate/changes/c1') ?? '');
      expect(await store.treeOf(kept)).toBe(draftsOf(scene)[1]?.proposed);
      expect((await store.history(kept, 9)).length).toBeGreaterThan(1);
    }
  });

  it('is not taken again when no file was edited', async () => {
    const scene = await asked();
    expect(await resubmit(scene)).toMatchObject({ kind: 'refused', fault: { code: 'NOTHING_TO_DO' } });
    expect(stateOfSubject(scene.world, 'c1')).toBe('changesRequested');
    expect(draftsOf(scene)).toHaveLength(1);
  });

  it('goes on by a resume of its run as well', async () => {
    const scene = await asked();
    inSlot(scene, 'docs/env-setup/why.md', 'because\n');
    expect(await scene.ask('run.resume', { run: 'r1', by })).toMatchObject({ kind: 'accepted' });
    await scene.until('c1', 'reviewing.deciding');
    expect(draftsOf(scene)).toHaveLength(2);
  });

  it('is refused with its path when the slot holds what cannot be stored', async () => {
    const scene = await asked();
    inSlot(scene, 'docs/env-setup/why.md', 'because\n');
    scene.world.store.refuses.set('docs/env-setup/why.md', 'fifo');
    expect(await resubmit(scene)).toMatchObject({ kind: 'refused', fault: { code: 'TREE_REFUSED' } });
    expect(stateOfSubject(scene.world, 'c1')).toBe('changesRequested');
  });
});

describe('a change in conflict', () => {
  const notes = 'docs/env-setup/notes.md';
  const conflicted = async (): Promise<Scene> => {
    const scene = await waiting();
    inSlot(scene, notes, 'ours\n');
    await resubmit(scene);
    await scene.until('c1', 'reviewing.deciding');
    scene.world.home.commitByHand({ [notes]: 'theirs\n', 'docs/mine.md': 'mine\n' });
    await answer(scene, 'approved');
    await scene.until('c1', 'conflicted');
    return scene;
  };

  it('is told with what to type, and is not solved by resubmitting it as it is: that would take back what the branch has', async () => {
    const scene = await conflicted();
    expect(scene.latest('change.gated')?.fault?.hints[0]).toContain('orchestrate review resubmit c1');
    inSlot(scene, 'docs/env-setup/why.md', 'because\n');
    expect(await resubmit(scene)).toMatchObject({
      kind: 'refused',
      fault: { code: 'CHANGE_CONFLICT', data: { paths: [notes] } },
    });
    expect(stateOfSubject(scene.world, 'c1')).toBe('conflicted');
  });

  it('is solved by the file as the slot has it, on top of the branch as it is now', async () => {
    const scene = await conflicted();
    inSlot(scene, notes, 'ours and theirs\n');
    expect(await resubmit(scene)).toMatchObject({ kind: 'accepted' });
    await scene.until('c1', 'reviewing.deciding');
    expect(draftsOf(scene).at(-1)).toMatchObject({ draft: 3, base: scene.world.first });
    expect(scene.latest('change.gated')).toMatchObject({ base: scene.world.home.head(), verdict: 'proven' });
    // What it is compared with is no commit's tree: it is kept with the draft.
    const { store } = scene.world;
    const { parents } = await store.commitFacts(asCommitId(store.refs.get('refs/orchestrate/changes/c1') ?? ''));
    const kept = await Promise.all(parents.map((parent) => store.treeOf(parent)));
    expect(kept).toContain(draftsOf(scene).at(-1)?.baseTree);
    expect(
      draftsOf(scene)
        .at(-1)
        ?.paths.map(({ path }) => path),
    ).not.toContain('docs/mine.md');
    await approveChange(scene, 'c1');
    await passUntil(scene.world, () => closedAs(scene.world, 'r1') !== undefined);
    expect(closedAs(scene.world, 'r1')).toBe('done');
    expect(await scene.world.files.readText(`${homeDir}/${notes}`)).toBe('ours and theirs\n');
    expect(await scene.world.files.readText(`${homeDir}/docs/mine.md`)).toBe('mine\n');
  });

  it('has its lock made anew where the branch moved that too: the two are never put together by lines', async () => {
    const scene = await waiting();
    inSlot(scene, notes, 'ours\n');
    await resubmit(scene);
    await scene.until('c1', 'reviewing.deciding');
    scene.world.python.index['pillow'] = { ...scene.world.python.index['pillow'], '11.9.9': {} };
    const lock = lockOf({ ...installed, pillow: '11.9.9' });
    scene.world.home.commitByHand({ [notes]: 'theirs\n', 'requirements.lock': lock });
    await answer(scene, 'approved');
    await scene.until('c1', 'conflicted');
    inSlot(scene, notes, 'ours and theirs\n');
    // The index takes its time: the gate waits for it, and nobody else does.
    const { python, clock } = scene.world;
    const { resolve } = python;
    let isThere = false;
    python.resolve = async (...given) => {
      while (!isThere) await clock.sleep(100);
      return resolve(...given);
    };
    expect(await resubmit(scene)).toMatchObject({ kind: 'accepted' });
    expect(await scene.ask('run.prioritise', { run: 'r1', to: 'high', by })).toMatchObject({ kind: 'accepted' });
    isThere = true;
    await scene.until('c1', 'reviewing.deciding');
    expect(scene.latest('change.regenerated')).toMatchObject({ files: [{ path: 'requirements.lock', how: 'anew' }] });
    await approveChange(scene, 'c1');
    await passUntil(scene.world, () => closedAs(scene.world, 'r1') !== undefined);
    const merged = (await scene.world.files.readText(`${homeDir}/requirements.lock`)) ?? '';
    expect(merged).toMatch(/^numpy===2\.1\.0 [\s\S]*^pillow===11\.9\.9 /m);
  });

  it('is in conflict again when the branch moved those lines once more meanwhile: nothing of it is taken back', async () => {
    const scene = await conflicted();
    inSlot(scene, notes, 'ours and theirs\n');
    scene.world.home.commitByHand({ [notes]: 'theirs, newer\n' });
    expect(await resubmit(scene)).toMatchObject({ kind: 'accepted' });
    await passUntil(scene.world, () => gates(scene).length === 4);
    expect(gates(scene).at(-1)).toMatchObject({
      ...{ verdict: 'conflict', base: scene.world.home.head() },
      fault: { data: { paths: [notes] } },
    });
    inSlot(scene, notes, 'ours and theirs, newer\n');
    expect(await resubmit(scene)).toMatchObject({ kind: 'accepted' });
    await scene.until('c1', 'reviewing.deciding');
    await approveChange(scene, 'c1');
    await passUntil(scene.world, () => closedAs(scene.world, 'r1') === 'done');
    expect(await scene.world.files.readText(`${homeDir}/${notes}`)).toBe('ours and theirs, newer\n');
  });

  it('goes on by a resume: with edits they are taken, without any it is looked at again', async () => {
    const scene = await conflicted();
    expect(await scene.ask('run.resume', { run: 'r1', by })).toMatchObject({ kind: 'accepted' });
    await scene.until('c1', 'conflicted');
    expect(draftsOf(scene)).toHaveLength(2);
    inSlot(scene, notes, 'ours and theirs\n');
    await scene.ask('run.resume', { run: 'r1', by });
    await scene.until('c1', 'reviewing.deciding');
    expect(draftsOf(scene)).toHaveLength(3);
  });

  it.each([
    ['a setting', { paths: [], facts: ['config:service.port'] }, false],
    ['what the lock is made from', { paths: ['requirements.in'], facts: [] }, false],
    ['a file of text', { paths: ['docs/notes.md'], facts: [] }, true],
  ])('about %s: can it be solved by editing files?', (_what, conflict, expected) => {
    expect(isSolvedByHand(conflict)).toBe(expected);
  });
});

describe('a change that waits for its review', () => {
  it('may be edited and taken again without being asked to', async () => {
    const scene = await waiting();
    inSlot(scene, 'docs/env-setup/why.md', 'because\n');
    expect(await resubmit(scene)).toMatchObject({ kind: 'accepted' });
    await scene.until('c1', 'reviewing.deciding');
    expect(viewOf(scene)?.draft).toBe(2);
  });

  it('cannot be taken again once it is merged', async () => {
    const scene = await waiting();
    await answer(scene, 'approved');
    await passUntil(scene.world, () => closedAs(scene.world, 'r1') !== undefined);
    expect(await resubmit(scene)).toMatchObject({ kind: 'refused', fault: { code: 'CHANGE_NOT_REVIEWABLE' } });
  });
});
