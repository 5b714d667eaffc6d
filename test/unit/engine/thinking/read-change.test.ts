import { describe, expect, it } from 'vitest';

import { changeView } from '../../../../src/app/views/change-view.ts';
import { row } from '../../../../src/domain/journal/kinds.ts';
import { answer } from '../../../../src/engine/changes/answer.ts';
import { gatedOf } from '../../../../src/engine/changes/gate.ts';
import { reviewChange } from '../../../../src/engine/changes/review.ts';
import { findApproval } from '../../../../src/engine/policy/approvals.ts';
import { startEngine } from '../../../fakes/fake-life.ts';
import { type ChangeScene, changeScene, gated, never, passing, type SceneOptions } from '../changes/change-scene.ts';
import { type Answer, compute, says, thinkingDefinitions } from './thinking-scene.ts';

interface ReadOptions extends SceneOptions {
  /** Fields of `policy:` beside the rule that asks for the reader. */
  readonly policy?: string;
}

/** A change of which the policy wants that an agent reads it. */
async function readScene(
  answers: readonly Answer[],
  { policy = '', ...options }: ReadOptions = {},
): Promise<ChangeScene> {
  const config = `policy: { review: [{ agents: [change-reader], why: models see more }]${policy} }\n${compute}`;
  const scene = await changeScene({ ...options, config });
  await scene.life.kill();
  scene.life = await startEngine(scene.world, { context: { definitions: thinkingDefinitions } });
  scene.world.models.say(...answers);
  await gated(scene);
  return scene;
}

const review = (scene: ChangeScene) => passing(scene.world, reviewChange(scene.engine, 'c1', never));
const answerOf = (scene: ChangeScene) => scene.rows('review.answered').find(({ by }) => by.kind === 'model');
const approves = { verdict: 'approve', summary: 'numpy moves.', findings: [] };
const finding = { file: 'requirements.lock', line: 1, severity: 'minor', why: 'It is late.', suggestion: null };
const objects = {
  ...approves,
  verdict: 'object',
  findings: [{ ...finding, severity: 'blocker', suggestion: 'Leave it.' }],
};

describe('an agent that reads a change', () => {
  it('is given the diff, the evidence and what memory holds, and answers with findings', async () => {
    const scene = await readScene([says({ ...approves, findings: [finding, { ...finding, line: 4_000 }] })]);
    await scene.world.context.memory.put({
      ...{ key: 'swarm/env-setup/numpy', kind: 'decision', text: 'numpy 2.1.0 broke the upscaler in March' },
      by: { kind: 'program', name: 'log-analyst' },
    });
    expect(await review(scene)).toEqual({ kind: 'ask' });
    expect(answerOf(scene)).toMatchObject({
      ...{ reviewer: 'agent:change-reader', by: { kind: 'model', name: 'change-reader' }, verdict: 'approved' },
      tree: gatedOf(scene.engine, 'c1')?.exact,
      findings: [
        { file: 'requirements.lock', line: 1, isInDiff: true },
        { line: 4_000, isInDiff: false },
      ],
      read: { provider: 'other', model: 'second', isWhole: true },
    });
    const [call] = scene.world.models.asked;
    const text = JSON.stringify(call?.messages);
    for (const part of [
      '+++ b/requirements.lock',
      'notProven',
      'broke the upscaler in March',
      'claim of program log-analyst',
    ])
      expect(text).toContain(part);
    expect(call?.format?.name).toBe('review');
  });

  it('is asked once about the same tree, and its transcript is the run’s', async () => {
    const scene = await readScene([says(approves)]);
    await review(scene);
    await review(scene);
    expect(scene.world.models.asked).toHaveLength(1);
    expect(await scene.world.transcripts.list('r1')).toHaveLength(1);
  });

  it('is another provider than the one that planned, where there is one', async () => {
    const drafted = {
      ...{ run: 'r1', agent: 'planner', provider: 'other', model: 'second', text: '', sha256: '', nAsked: 1 },
      conversation: 'plan:r1',
    };
    const scene = await readScene([]);
    await scene.engine.ledger.append([row('plan.drafted', drafted, { run: 'r1', keys: ['plan-draft:r1'] })]);
    scene.world.models.say(says(approves));
    await review(scene);
    expect(answerOf(scene)?.read).toMatchObject({ provider: 'own' });
  });

  it('keeps a yes that was said beforehand from merging what it speaks against', async () => {
    expect(await review(await readScene([says(approves)], { run: { yes: true } }))).toEqual({ kind: 'approved' });
    expect(await review(await readScene([says(objects)], { run: { yes: true } }))).toEqual({ kind: 'ask' });
  });

  it('cannot talk itself out of what it found', async () => {
    const scene = await readScene([says({ ...objects, verdict: 'approve' })], { run: { yes: true } });
    expect(await review(scene)).toEqual({ kind: 'ask' });
    expect(answerOf(scene)?.verdict).toBe('rejected');
  });

  it('is shown with place, severity and what it would rather have', async () => {
    const scene = await readScene([says(objects)]);
    await review(scene);
    const { reviews } = changeView(scene.world.ledgers.open(), 'c1') ?? { reviews: [] };
    expect(reviews.find(({ by }) => by.kind === 'model')).toMatchObject({
      findings: [{ file: 'requirements.lock', line: 1, severity: 'blocker', suggestion: 'Leave it.', isInDiff: true }],
      read: { model: 'second' },
    });
  });
});

describe('its yes', () => {
  it.each(['medium', 'high'] as const)(
    'approves nothing of risk %s; the same answer of a person does',
    async (risk) => {
      const scene = await readScene([says(approves)], { plan: { risk } });
      expect(await review(scene)).toEqual({ kind: 'ask' });
      const there = gatedOf(scene.engine, 'c1');
      if (there === undefined) throw new Error('not gated');
      expect(findApproval(scene.engine, there)).toBeUndefined();
      const final = {
        drafted: scene.drafted,
        gated: there,
        reviewer: 'final',
        verdict: 'approved',
        questions: [],
      } as const;
      await answer(scene.engine, { ...final, by: { kind: 'model', name: 'anna' }, comment: null });
      expect(findApproval(scene.engine, there)).toBeUndefined();
      // The control: nothing but who says it is different.
      await answer(scene.engine, { ...final, by: { kind: 'person', name: 'anna' }, comment: null });
      expect(findApproval(scene.engine, there)).toMatchObject({ by: { kind: 'person' } });
    },
  );

  it('does not stand in the way of a rule that may merge, and is none itself', async () => {
    const policy = ', auto-merge: [medium]';
    const scene = await readScene([says(approves)], { policy });
    expect(await review(scene)).toEqual({ kind: 'approved' });
    expect(scene.rows('review.answered').at(-1)).toMatchObject({ reviewer: 'final', by: { kind: 'rule' } });
    expect(await review(await readScene([says(objects)], { policy }))).toEqual({ kind: 'ask' });
  });
});

describe('no answer', () => {
  const down: readonly Answer[] = [
    { fails: 'auth', status: 401 },
    { fails: 'auth', status: 401 },
  ];

  it('is neither yes nor no: it is told as not proven, and a person decides (F29)', async () => {
    const scene = await readScene(down, { run: { yes: true }, policy: ', auto-merge: [medium]' });
    expect(await review(scene)).toEqual({ kind: 'ask' });
    expect(scene.rows('review.unanswered')).toMatchObject([{ reviewer: 'agent:change-reader', change: 'c1' }]);
    expect(answerOf(scene)).toBeUndefined();
    const { notProven } = changeView(scene.world.ledgers.open(), 'c1') ?? { notProven: [] };
    expect(notProven.join()).toContain('agent:change-reader gave no answer');
  });

  it('is what an answer comes to that does not fit after three repairs (F30)', async () => {
    const scene = await readScene(['{"verdict": "appro', 'ok', '[]', '{}'].map(says), { run: { yes: true } });
    expect(await review(scene)).toEqual({ kind: 'ask' });
    expect(scene.world.models.asked).toHaveLength(4);
    expect(scene.rows('review.unanswered')).toHaveLength(1);
  });

  it('is made good by an answer when it is asked again', async () => {
    const scene = await readScene(down);
    await review(scene);
    scene.world.models.say(says(approves));
    await review(scene);
    expect(answerOf(scene)?.verdict).toBe('approved');
    const { notProven } = changeView(scene.world.ledgers.open(), 'c1') ?? { notProven: [] };
    expect(notProven.join()).not.toContain('no answer');
  });

  it('is asked for anew under another policy, though the tree is the same', async () => {
    const scene = await readScene(['{"verdict": "appro', 'ok', '[]', '{}'].map(says));
    await review(scene);
    const { config } = scene.engine;
    await scene.life.kill();
    const policy = { ...config.policy, autoMerge: ['low'] } as typeof config.policy;
    const context = { definitions: thinkingDefinitions, config: { ...config, policy } };
    scene.life = await startEngine(scene.world, { context });
    scene.world.models.say(says(approves));
    await review(scene);
    expect(scene.world.models.asked).toHaveLength(5);
    expect(answerOf(scene)?.verdict).toBe('approved');
  });
});
