import { describe, expect, it } from 'vitest';

import { Fault } from '../../../../src/base/fault.ts';
import { row } from '../../../../src/domain/journal/kinds.ts';
import type { Plan } from '../../../../src/domain/plans/plan.ts';
import { conflictWarnings, lookForConflicts } from '../../../../src/engine/conflicts/radar.ts';
import { nothingHappens, passUntil, startEngine } from '../../../fakes/fake-life.ts';
import { anna, installed, lockOf } from '../../../fakes/fake-world.ts';
import { type ChangeScene, changeScene, type Edits, treeWith, workPlan } from '../changes/change-scene.ts';
import { inReview, rowsOf, workflowScene } from '../queue/queue-scene.ts';
import { approveChange } from '../supervisor/supervised-scene.ts';

const locked = (more: Readonly<Record<string, string>>): Edits => ({
  'requirements.lock': lockOf({ ...installed, ...more }),
});

/** Another run, planned with these files; its machine is there and nothing of it happens. */
async function addWork(
  scene: ChangeScene,
  run: string,
  files: Edits,
  plan: Partial<Plan> = {},
  previewOnly = false,
): Promise<Plan> {
  const { engine, world } = scene;
  const lockText = files['requirements.lock'] ?? null;
  const others = Object.entries(files).filter(([path]) => path !== 'requirements.lock');
  const made: Plan = {
    ...{ ...workPlan(world.first), goalText: `goal of ${run}`, lockText },
    ...{ files: others.map(([path, text]) => ({ path, text })), ...plan },
  };
  const created = {
    ...{ run, goal: made.goalText, by: anna, request: 1, restore: null },
    kind: 'work' as const,
    options: { previewOnly, yes: false, until: null, playbook: null, inputs: {} },
  } as const;
  await engine.host.create('run', run, { subject: run, previewOnly });
  await engine.ledger.append([
    row('run.created', created, { run, keys: [`run:${run}`] }),
    row('plan.made', { run, plan: made }, { run, keys: [`plan:${run}`] }),
  ]);
  return made;
}

/** The same scene with an engine whose machines do nothing of their own. */
async function quietScene(edits: Edits): Promise<ChangeScene> {
  const scene = await changeScene({ edits });
  await scene.life.kill();
  scene.life = await startEngine(scene.world, { effects: nothingHappens });
  return scene;
}

describe('lookForConflicts', () => {
  it('writes nothing while there is one piece of work', async () => {
    const scene = await quietScene(locked({ numpy: '2.1.0' }));
    await lookForConflicts(scene.engine, 'test');
    expect(scene.rows('conflicts.found')).toEqual([]);
  });

  it('finds a run at work that moves the package of an open change, before it proposed anything', async () => {
    const scene = await quietScene(locked({ numpy: '2.1.0' }));
    await addWork(scene, 'r2', locked({ numpy: '2.2.0' }));
    await lookForConflicts(scene.engine, 'test');
    expect(scene.latest('conflicts.found')).toMatchObject({
      because: 'test',
      members: [
        { id: 'c1', kind: 'change', run: 'r1', tree: scene.drafted.proposed },
        { id: 'r2', kind: 'run', title: 'goal of r2' },
      ],
      pairs: [
        {
          ...{ first: 'c1', second: 'r2', textual: [], advice: 'person' },
          semantic: [{ fact: 'package:numpy', first: '2.1.0', second: '2.2.0' }],
        },
      ],
    });
  });

  it('takes what a slot holds after a step, not what was planned', async () => {
    const scene = await quietScene({ 'docs/x.md': 'mine\n' });
    await addWork(scene, 'r2', { 'docs/y.md': 'y\n' });
    await lookForConflicts(scene.engine, 'test');
    expect(scene.latest('conflicts.found')?.pairs).toEqual([]);
    const tree = await treeWith(scene.world, scene.world.first, { 'docs/x.md': 'other\n' });
    await scene.engine.ledger.append([
      row('slot.captured', { run: 'r2', slot: 'env-setup@2', tree }, { run: 'r2', keys: ['captured:r2'] }),
    ]);
    await lookForConflicts(scene.engine, 'test');
    expect(scene.latest('conflicts.found')).toMatchObject({
      pairs: [{ first: 'c1', second: 'r2', textual: ['docs/x.md'], semantic: [], advice: 'again' }],
    });
  });

  it('looks again only when something moved', async () => {
    const scene = await quietScene(locked({ numpy: '2.1.0' }));
    await addWork(scene, 'r2', locked({ numpy: '2.2.0' }));
    await lookForConflicts(scene.engine, 'test');
    await lookForConflicts(scene.engine, 'test');
    expect(scene.rows('conflicts.found')).toHaveLength(1);
    await scene.engine.host.send('r2', { type: 'CANCEL' });
    await lookForConflicts(scene.engine, 'test');
    expect(scene.rows('conflicts.found')).toHaveLength(2);
    expect(scene.latest('conflicts.found')?.pairs).toEqual([]);
  });

  it('tells a conflict with the branch from one of the two', async () => {
    const scene = await quietScene({ 'docs/x.md': 'mine\n', 'docs/z.md': 'z\n' });
    const base = scene.world.home.commitByHand({ 'docs/x.md': 'of the branch\n' });
    await scene.engine.store.importCommit({ gitDir: scene.engine.paths.gitDir, commit: base, name: 'branch' });
    await addWork(scene, 'r2', { 'docs/y.md': 'y\n' }, { base });
    await lookForConflicts(scene.engine, 'test');
    expect(scene.latest('conflicts.found')?.pairs).toEqual([]);
  });

  it('leaves out previews, and keeps the order of the queue', async () => {
    const scene = await quietScene({ 'docs/x.md': 'mine\n' });
    await addWork(scene, 'r3', { 'docs/x.md': 'three\n' });
    await addWork(scene, 'r2', { 'docs/x.md': 'two\n' });
    await addWork(scene, 'r4', { 'docs/x.md': 'four\n' }, {}, true);
    await lookForConflicts(scene.engine, 'test');
    expect(scene.latest('conflicts.found')?.pairs.map(({ first, second }) => `${first} ${second}`)).toEqual([
      'c1 r2',
      'c1 r3',
      'r2 r3',
    ]);
  });

  it('orders changes as they would merge: what is approved before what is older and in review', async () => {
    const scene = await workflowScene();
    await inReview(scene, ['one', 'two']);
    const { home, clock } = scene.world;
    let isOver = false;
    const { comparePaths } = home;
    home.comparePaths = async (...given) => {
      while (!isOver) await clock.sleep(100);
      return comparePaths(...given);
    };
    const order = () =>
      rowsOf(scene, 'conflicts.found')
        .at(-1)
        ?.members.map(({ id }) => id);
    await passUntil(scene.world, () => order()?.length === 2);
    expect(order()).toEqual(['c1', 'c2']);
    await approveChange(scene, 'c2');
    await scene.until('c2', 'queued.asking');
    await scene.world.clock.advance(30_000);
    expect(order()).toEqual(['c2', 'c1']);
    isOver = true;
  });

  it('says how many works it left out, and compares the rest', async () => {
    const scene = await quietScene({ 'docs/x.md': 'mine\n' });
    for (let n = 2; n <= 62; n += 1) await addWork(scene, `r${n}`, { [`docs/${n}.md`]: 'text\n' });
    await lookForConflicts(scene.engine, 'test');
    expect(scene.latest('conflicts.found')?.members).toHaveLength(60);
    expect(scene.latest('conflicts.found')).toMatchObject({ nLeftOut: 2 });
    const plan = await addWork(scene, 'r63', { 'docs/x.md': 'yours\n' });
    expect((await conflictWarnings(scene.engine, 'r63', plan)).at(-1)).toBe(
      '2 more pieces of work are open and were not compared with it: it was compared with the 60 that come first',
    );
  });

  it('is never in the way: a git that fails is told in the log, a full disk ends the supervisor', async () => {
    const scene = await quietScene({ 'docs/x.md': 'mine\n' });
    await addWork(scene, 'r2', { 'docs/x.md': 'two\n' });
    const failing = (code: 'GIT_FAILED' | 'DISK_FULL') => async () => {
      throw new Fault(code, 'no');
    };
    scene.world.store.conflictsOf = failing('GIT_FAILED');
    await lookForConflicts(scene.engine, 'test');
    expect(scene.rows('conflicts.found')).toEqual([]);
    scene.world.store.conflictsOf = failing('DISK_FULL');
    await expect(lookForConflicts(scene.engine, 'test')).rejects.toMatchObject({ code: 'DISK_FULL' });
  });
});

describe('conflictWarnings', () => {
  it('names the other one and what both touch, before anything is done', async () => {
    const scene = await quietScene(locked({ numpy: '2.1.0' }));
    const plan = await addWork(scene, 'r2', locked({ numpy: '2.2.0' }));
    expect(await conflictWarnings(scene.engine, 'r2', plan)).toEqual([
      'c1 “upgrade numpy 2.0.0 → 2.1.0” is open and makes something else of package numpy: somebody will have to say which of the two is meant',
    ]);
    const apart = await addWork(scene, 'r3', { 'docs/x.md': 'mine\n' });
    expect(await conflictWarnings(scene.engine, 'r3', apart)).toEqual([]);
  });
});
