import { describe, expect, it } from 'vitest';

import { dataOf } from '../../../../src/domain/journal/kinds.ts';
import type { RunOptions } from '../../../../src/domain/runs/options.ts';
import { closedAs, passUntil, startSupervisor } from '../../../fakes/fake-life.ts';
import { by, options, type Scene } from '../supervisor/supervised-scene.ts';
import { goodPlan, says, thinking } from './thinking-scene.ts';

const goal = 'tell me what lies around';
const start = (scene: Scene, more: Partial<RunOptions> = {}, text = goal) =>
  scene.ask('run.start', { goal: text, options: { ...options, ...more }, by });
const planOf = (scene: Scene) => scene.latest('plan.made')?.plan;
const finals = (scene: Scene) =>
  scene.world.ledgers
    .open()
    .read({ kinds: ['review.answered'], limit: 100 })
    .flatMap((entry) => dataOf('review.answered', entry) ?? [])
    .filter(({ reviewer }) => reviewer === 'final');
const asked = (scene: Scene) => scene.world.models.asked;

/** Moves numpy as `upgrade-package` does; a change comes of it. */
const upgradePlan = {
  ...goodPlan,
  plan: 'env.choose',
  inputs: { package: { description: 'Which.', default: 'numpy' } },
  steps: [
    { id: 'lock', title: 'Write the lock', action: 'env.lock', agent: 'environment-specialist', timeout: '10m' },
    { id: 'build', title: 'Build it', action: 'env.build', agent: 'package-manager', needs: ['lock'], timeout: '10m' },
  ],
};

describe('a goal that no playbook knows', () => {
  it('is planned by a model, and waits for a person', async () => {
    const scene = await thinking({ says: [says(goodPlan)], config: 'policy: { auto-merge: [low, medium] }\n' });
    expect(await start(scene)).toMatchObject({ kind: 'accepted', run: 'r1' });
    await scene.until('r1', 'awaitingApproval');
    expect(planOf(scene)).toMatchObject({
      ...{ playbook: 'plan-r1', goalText: goal, score: 0, tree: 'env-setup', risk: 'medium', model: 'other/second' },
      mustAsk: 'a language model wrote this plan (other/second)',
      steps: [{ id: 'record', action: 'env.record' }],
      estimates: { costUsd: 5 },
    });
    const drafted = scene.latest('plan.drafted');
    expect(drafted).toMatchObject({ provider: 'other', model: 'second', nAsked: 1, agent: 'planner' });
    expect(drafted?.text).toContain('action: env.record');
    await scene.ask('run.answer', { run: 'r1', verdict: 'approved', planHash: planOf(scene)?.hash ?? '', by });
    await passUntil(scene.world, () => closedAs(scene.world, 'r1') === 'done');
    await scene.supervisor.stop();
  });

  it.each([
    ['the run may spend', { budgetMicroUsd: 8_000_000 }, 8],
    ['the day may, where that is less', { budgetMicroUsd: 90_000_000 }, 25],
  ])('is shown with what %s', async (_what, more, costUsd) => {
    const scene = await thinking({ says: [says(goodPlan)] });
    await start(scene, more);
    await scene.until('r1', 'awaitingApproval');
    expect(planOf(scene)?.estimates.costUsd).toBe(costUsd);
    await scene.supervisor.stop();
  });

  it('is asked with what a plan may be made of, the goal, and the form of a playbook', async () => {
    const scene = await thinking({ says: [says(goodPlan)] });
    await start(scene);
    await scene.until('r1', 'awaitingApproval');
    const [call] = asked(scene);
    expect(call?.format?.name).toBe('playbook');
    for (const part of ['env.record', 'agent.work', 'goal.plan', 'general-specialist', 'env-setup'])
      expect(call?.system).toContain(part);
    expect(call?.messages).toMatchObject([
      { role: 'user', text: expect.stringContaining(JSON.stringify(goal)) as string },
    ]);
    expect(scene.world.transcripts.lines.get('plan:r1')?.map(({ message }) => message.role)).toEqual(['user', 'model']);
    await scene.supervisor.stop();
  });

  it('is merged by no rule, though the plan calls itself low; what people wrote is', async () => {
    const config = 'policy: { auto-merge: [low, medium] }\n';
    const scene = await thinking({ says: [says(upgradePlan)], config });
    await start(scene);
    await scene.until('r1', 'awaitingApproval');
    await scene.ask('run.answer', { run: 'r1', verdict: 'approved', planHash: planOf(scene)?.hash ?? '', by });
    await scene.until('c1', 'reviewing.deciding');
    expect(finals(scene)).toEqual([]);
    await scene.supervisor.stop();

    // The control: the same rule merges the same work where people wrote the playbook.
    const known = await thinking({ config });
    await start(known, {}, 'upgrade numpy');
    await known.until('c1', 'verified');
    expect(finals(known)).toMatchObject([{ by: { kind: 'rule', name: 'auto-merge-medium' } }]);
    await known.supervisor.stop();
  });

  it('takes --yes for the person’s word', async () => {
    const scene = await thinking({ says: [says(upgradePlan)] });
    await start(scene, { yes: true });
    await scene.until('c1', 'verified');
    expect(finals(scene)).toMatchObject([{ by: { kind: 'person', name: 'anna' } }]);
    await scene.supervisor.stop();
  });
});

describe('a plan that does not fit', () => {
  const wrong = says({ ...goodPlan, steps: [{ ...goodPlan.steps[0], action: 'review.approve' }] });

  it('goes back to the model with what is wrong, and is taken when it is mended', async () => {
    const scene = await thinking({ says: [says('not at all'), wrong, says(goodPlan)] });
    await start(scene);
    await scene.until('r1', 'awaitingApproval');
    expect(scene.latest('plan.drafted')).toMatchObject({ nAsked: 3 });
    const last = asked(scene)[2]?.messages.at(-1);
    expect(last).toMatchObject({ role: 'user', text: expect.stringContaining('review.approve') as string });
    await scene.supervisor.stop();
  });

  it('fails the run after three repairs, with what was wrong', async () => {
    const scene = await thinking({ says: [wrong, wrong, wrong, wrong] });
    await start(scene);
    await passUntil(scene.world, () => closedAs(scene.world, 'r1') === 'failed');
    expect(asked(scene)).toHaveLength(4);
    const moved = scene.world.ledgers.open().latest('machine:r1');
    expect(JSON.stringify(dataOf('machine.moved', moved))).toContain('PLAN_NOT_VALID');
    expect(planOf(scene)).toBeUndefined();
    await scene.supervisor.stop();
  });
});

describe('without somebody to ask', () => {
  it('is refused with the nearest playbooks, and that no model is configured', async () => {
    const scene = await thinking({ without: true });
    expect(await start(scene, {}, 'make coffee')).toMatchObject({
      kind: 'refused',
      fault: {
        code: 'GOAL_UNKNOWN',
        message: expect.stringContaining('none is configured') as string,
        hints: [expect.stringContaining('upgrade <package>') as string],
      },
    });
    await scene.supervisor.stop();
  });

  it('is refused with the nearest playbooks where no key is there', async () => {
    const scene = await thinking({ prepare: ({ models }) => void models.withoutKey.add('own').add('other') });
    expect(await start(scene)).toMatchObject({
      kind: 'refused',
      fault: {
        code: 'MODEL_KEY_MISSING',
        hints: expect.arrayContaining([expect.stringContaining('upgrade')]) as unknown,
      },
    });
    await scene.supervisor.stop();
  });
});

describe('a model that does not answer (F29)', () => {
  const down = Array.from({ length: 60 }, () => ({ fails: 'auth' as const, status: 401 }));

  it('pauses the run before its plan; going on asks again', async () => {
    const scene = await thinking({ says: down.slice(0, 2) });
    await start(scene);
    await scene.until('r1', 'paused');
    expect(planOf(scene)).toBeUndefined();
    scene.world.models.say(says(goodPlan));
    expect(await scene.ask('run.resume', { run: 'r1', by })).toMatchObject({ kind: 'accepted' });
    await scene.until('r1', 'awaitingApproval');
    expect(planOf(scene)).toMatchObject({ model: 'other/second' });
    await scene.supervisor.stop();
  });

  it('can be called off while it is paused', async () => {
    const scene = await thinking({ says: down.slice(0, 2) });
    await start(scene);
    await scene.until('r1', 'paused');
    await scene.ask('run.cancel', { run: 'r1', by });
    await passUntil(scene.world, () => closedAs(scene.world, 'r1') !== undefined);
    expect(closedAs(scene.world, 'r1')).toBe('cancelled');
    await scene.supervisor.stop();
  });
});

describe('after a kill', () => {
  it('carries out the plan that is on record, and asks nobody again', async () => {
    const scene = await thinking({ says: [says(goodPlan)] });
    await start(scene);
    await scene.until('r1', 'awaitingApproval');
    const before = planOf(scene);
    await scene.supervisor.kill();
    const again = startSupervisor(scene.world);
    await scene.ask('run.answer', { run: 'r1', verdict: 'approved', planHash: before?.hash ?? '', by });
    await passUntil(scene.world, () => closedAs(scene.world, 'r1') === 'done');
    expect(asked(scene)).toHaveLength(1);
    expect(planOf(scene)).toEqual(before);
    await again.stop();
  });
});
