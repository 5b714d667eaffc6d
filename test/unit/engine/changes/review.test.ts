import { describe, expect, it } from 'vitest';

import { admitChange, findObstacle } from '../../../../src/engine/changes/admit.ts';
import { checkChange } from '../../../../src/engine/changes/check.ts';
import { gatedOf } from '../../../../src/engine/changes/gate.ts';
import { reviewChange } from '../../../../src/engine/changes/review.ts';
import { findApproval } from '../../../../src/engine/policy/approvals.ts';
import { policyDigest } from '../../../../src/engine/policy/digest.ts';
import { startEngine } from '../../../fakes/fake-life.ts';
import { approve, type ChangeScene, changeScene, gated, never, type SceneOptions } from './change-scene.ts';

const gatedScene = async (options?: SceneOptions): Promise<ChangeScene> => {
  const scene = await changeScene(options);
  await gated(scene);
  return scene;
};
const finals = (scene: ChangeScene) => scene.rows('review.answered').filter((one) => one.reviewer === 'final');

describe('reviewChange', () => {
  it('asks every reviewer by rule, then a person', async () => {
    const scene = await gatedScene();
    expect(await reviewChange(scene.engine, 'c1', never)).toEqual({ kind: 'ask' });
    const { exact } = gatedOf(scene.engine, 'c1') ?? {};
    expect(scene.rows('review.answered')).toMatchObject([
      {
        reviewer: 'models-integ',
        by: { kind: 'rule', name: 'models-integ' },
        verdict: 'approved',
        tree: exact,
        base: scene.world.first,
      },
      { reviewer: 'ops-maint', by: { kind: 'rule', name: 'ops-maint' }, verdict: 'approved', tree: exact },
    ]);
    expect(finals(scene)).toEqual([]);
  });

  it('says which rows every yes and no was read from', async () => {
    const scene = await gatedScene();
    await reviewChange(scene.engine, 'c1', never);
    const answers = scene.rows('review.answered').flatMap((one) => one.questions);
    expect(answers.map((one) => one.id)).toHaveLength(9);
    for (const { verdict, rows, facts, id } of answers) {
      expect(facts, `of ${id}`).not.toEqual([]);
      expect(rows.length > 0, `of ${id}`).toBe(verdict !== 'not-applicable');
    }
  });

  it('asks nobody twice about the same base, tree and policy', async () => {
    const scene = await gatedScene();
    await reviewChange(scene.engine, 'c1', never);
    await reviewChange(scene.engine, 'c1', never);
    expect(scene.rows('review.answered')).toHaveLength(2);
  });

  it('takes the yes that was said beforehand for the approval of the person who said it', async () => {
    const scene = await gatedScene({ run: { yes: true } });
    expect(await reviewChange(scene.engine, 'c1', never)).toEqual({ kind: 'approved' });
    expect(finals(scene)).toMatchObject([
      { verdict: 'approved', by: { kind: 'person', name: 'anna' }, comment: 'said yes beforehand' },
    ]);
  });

  it('asks the person when a rule says no, though yes was said beforehand', async () => {
    const scene = await gatedScene({
      run: { yes: true },
      edits: { 'requirements.in': 'numpy\npillow\ntorch==2.8.0\n', 'extra_model_paths.yaml': 'other: {}\n' },
    });
    expect(await reviewChange(scene.engine, 'c1', never)).toEqual({ kind: 'ask' });
    expect(scene.rows('review.answered').find((one) => one.reviewer === 'models-integ')?.verdict).toBe('rejected');
    expect(finals(scene)).toEqual([]);
  });

  it.each([
    ['medium', 'medium', 'approved'],
    ['medium', 'low', 'ask'],
    ['low', 'low', 'approved'],
    ['high', 'medium', 'ask'],
  ] as const)('with a %s risk and auto-merge up to %s it is %s', async (risk, allowed, kind) => {
    const scene = await gatedScene({ config: `policy: { auto-merge: [${allowed}] }\n`, plan: { risk } });
    expect(await reviewChange(scene.engine, 'c1', never)).toEqual({ kind });
    const approvals = kind === 'approved' ? [{ by: { kind: 'rule', name: `auto-merge-${risk}` } }] : [];
    expect(finals(scene)).toMatchObject(approvals);
  });

  it('gives no weight to the yes of a program, and keeps no rule from it', async () => {
    const byProgram = { run: { yes: true }, by: { kind: 'program', name: 'api' } } as const;
    expect(await reviewChange((await gatedScene(byProgram)).engine, 'c1', never)).toEqual({ kind: 'ask' });
    const ruled = await gatedScene({ ...byProgram, config: 'policy: { auto-merge: [medium] }\n' });
    expect(await reviewChange(ruled.engine, 'c1', never)).toEqual({ kind: 'approved' });
    expect(finals(ruled)).toMatchObject([{ by: { kind: 'rule', name: 'auto-merge-medium' } }]);
  });

  it('lets no rule merge what nobody had anything to check in', async () => {
    const scene = await changeScene({
      config: 'policy: { auto-merge: [low, medium] }\n',
      edits: { 'docs/env-setup/a.md': 'a\n' },
    });
    const trees = new Map(
      [...scene.engine.definitions.trees].map(([id, one]) => [id, { ...one, questions: ['custom-nodes-import'] }]),
    );
    await scene.life.kill();
    scene.life = await startEngine(scene.world, {
      context: { definitions: { ...scene.world.context.definitions, trees } },
    });
    await gated(scene);
    expect(await reviewChange(scene.engine, 'c1', never)).toEqual({ kind: 'ask' });
    expect(scene.rows('review.answered').map((one) => one.verdict)).toEqual(['nothing-to-check', 'nothing-to-check']);
  });

  it('finds the approval on record after a restart', async () => {
    const scene = await gatedScene();
    await approve(scene);
    await scene.restart();
    expect(await reviewChange(scene.engine, 'c1', never)).toEqual({ kind: 'approved' });
    expect(finals(scene)).toHaveLength(1);
  });
});

describe('an approval', () => {
  it('holds for exactly what was gated', async () => {
    const scene = await gatedScene();
    await approve(scene);
    const last = gatedOf(scene.engine, 'c1');
    if (last === undefined) throw new Error('nothing was gated');
    expect(findApproval(scene.engine, last)).toMatchObject({ by: { name: 'anna' } });
    expect(findApproval(scene.engine, { ...last, base: 'b'.repeat(40) })).toBeUndefined();
    expect(findApproval(scene.engine, { ...last, exact: 'b'.repeat(40) })).toBeUndefined();
  });

  it('is asked for again when the policy is another one', async () => {
    const scene = await gatedScene();
    await approve(scene);
    const before = policyDigest(scene.engine);
    await scene.life.kill();
    const { config } = scene.world.context;
    scene.life = await startEngine(scene.world, {
      context: { config: { ...config, policy: { ...config.policy, maxSlowdown: 5 } } },
    });
    expect(policyDigest(scene.engine)).not.toBe(before);
    expect(await reviewChange(scene.engine, 'c1', never)).toEqual({ kind: 'ask' });
    expect(await admitChange(scene.engine, 'c1', never)).toEqual({ kind: 'moved' });
  });

  it('is asked for again when the branch moved', async () => {
    const scene = await gatedScene();
    await approve(scene);
    scene.world.home.commitByHand({ 'docs/mine.md': 'mine\n' });
    await gated(scene);
    expect(await reviewChange(scene.engine, 'c1', never)).toEqual({ kind: 'ask' });
  });

  it('is not given by a rule reviewer, nor by any answer but approved', async () => {
    const scene = await gatedScene();
    await reviewChange(scene.engine, 'c1', never);
    const last = gatedOf(scene.engine, 'c1');
    expect(last && findApproval(scene.engine, last)).toBeUndefined();
  });
});

describe('admitChange', () => {
  it('lets an approved change of the current branch go', async () => {
    const scene = await gatedScene();
    await approve(scene);
    expect(await admitChange(scene.engine, 'c1', never)).toEqual({ kind: 'go' });
  });

  it('sends a change back whose base is no longer the branch', async () => {
    const scene = await gatedScene();
    await approve(scene);
    scene.world.home.commitByHand({ 'docs/mine.md': 'mine\n' });
    expect(await admitChange(scene.engine, 'c1', never)).toEqual({ kind: 'moved' });
  });

  it('sends a change back that nobody approved', async () => {
    expect(await admitChange((await gatedScene()).engine, 'c1', never)).toEqual({ kind: 'moved' });
  });

  it('waits for edits of the person in a path that it changes, and names it', async () => {
    const scene = await gatedScene();
    await approve(scene);
    scene.world.files.put('/home/anna/comfy-home/requirements.lock', 'mine\n');
    expect(await admitChange(scene.engine, 'c1', never)).toMatchObject({
      kind: 'hold',
      fault: { code: 'HOME_DIRTY', kind: 'waiting', data: { paths: ['requirements.lock'] } },
    });
    expect(scene.rows('change.held')).toMatchObject([{ change: 'c1', fault: { code: 'HOME_DIRTY' } }]);
  });

  it('does not mind edits in other paths', async () => {
    const scene = await gatedScene();
    await approve(scene);
    scene.world.files.put('/home/anna/comfy-home/requirements.in', 'mine\n');
    scene.world.files.put('/home/anna/comfy-home/untracked.txt', 'mine\n');
    expect(await admitChange(scene.engine, 'c1', never)).toEqual({ kind: 'go' });
  });

  it('holds a change whose slot holds other bytes than those that were approved', async () => {
    const scene = await gatedScene();
    await approve(scene);
    scene.world.files.put(`${scene.engine.paths.trees}/env-setup/requirements.in`, 'evil\n');
    expect(await admitChange(scene.engine, 'c1', never)).toMatchObject({
      kind: 'hold',
      fault: { code: 'CHANGE_MOVED', data: { paths: ['requirements.in'] } },
    });
  });

  it('sees nothing in the way once the edits are gone', async () => {
    const scene = await gatedScene();
    const lock = '/home/anna/comfy-home/requirements.lock';
    const before = (await scene.world.files.readText(lock)) ?? '';
    scene.world.files.put(lock, 'mine\n');
    expect(await findObstacle(scene.engine, 'c1')).toMatchObject({ code: 'HOME_DIRTY' });
    scene.world.files.put(lock, before);
    expect(await findObstacle(scene.engine, 'c1')).toBeUndefined();
    expect(scene.rows('change.held')).toEqual([]);
  });
});

it('checks a change anew without losing what was checked before', async () => {
  const scene = await gatedScene();
  await checkChange(scene.engine, 'c1');
  expect(scene.rows('change.checked')).toHaveLength(2);
});
