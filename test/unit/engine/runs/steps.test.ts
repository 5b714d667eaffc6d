import { describe, expect, it } from 'vitest';

import { runView } from '../../../../src/app/views/run-view.ts';
import { row } from '../../../../src/domain/journal/kinds.ts';
import { effectFailed } from '../../../../src/domain/machines/effect.ts';
import type { PlannedStep } from '../../../../src/domain/plans/plan.ts';
import { stepRequests } from '../../../../src/engine/requests/steps.ts';
import { taskParts } from '../../../../src/engine/tasks/task-view.ts';
import { closedAs } from '../../../fakes/fake-life.ts';
import { anna, installed, lockOf } from '../../../fakes/fake-world.ts';
import { executing, fault, type Scene, slot, states, toApproved } from './run-scene.ts';

const step = (id: string, more: Partial<PlannedStep> = {}): PlannedStep => ({
  ...{ id, title: id, action: 'env.lock', agent: 'x', needs: [], with: {}, timeoutMs: 1, retries: 0 },
  ...more,
});

/** What an action reports at the end of its work. */
async function report(scene: Scene, task: string, output: object): Promise<void> {
  const data = { task, attempt: `${task}#1`, action: 'env.lock', agent: 'x', output, sentence: 'done', durationMs: 1 };
  await scene.life.engine.ledger.append([row('step.reported', data as never, { run: 'r1', keys: [`step:${task}`] })]);
}

async function work(scene: Scene, name: string, output: object = {}): Promise<void> {
  await scene.advance();
  expect(scene.state(`r1.${name}`)).toBe('leasing');
  await report(scene, `r1.${name}`, output);
  await scene.finish(name);
  await scene.advance();
}

const rows = (scene: Scene, ...kinds: string[]) =>
  scene.world.ledgers
    .open()
    .read({ kinds })
    .map(({ data }) => data);

describe('a step with `when`', () => {
  const steps = [
    step('a'),
    step('b', { needs: ['a'], when: { text: 'steps.a.output.n > 1', holds: null } }),
    step('c', { needs: ['b'] }),
  ];

  it('is left out where it does not hold, says why, and keeps nobody', async () => {
    const scene = await executing({ steps });
    await work(scene, 'a', { n: 1 });
    expect(scene.state('r1.b')).toBe('skipped');
    expect(rows(scene, 'step.skipped')).toEqual([{ task: 'r1.b', because: 'steps.a.output.n > 1 does not hold' }]);
    await scene.advance();
    expect(scene.state('r1.c')).toBe('leasing');
  });

  it('is done where it holds', async () => {
    const scene = await executing({ steps });
    await work(scene, 'a', { n: 2 });
    expect(states(scene, 'b', 'c')).toEqual(['leasing', 'waiting']);
  });

  it('fails the run where nobody can tell', async () => {
    const scene = await executing({ steps });
    await work(scene, 'a', {});
    expect(scene.life.engine.host.find('r1')).toMatchObject({
      state: 'failed',
      fault: {
        code: 'EXPRESSION_FAILED',
        message: expect.stringContaining('Step b: steps.a.output.n > 1'),
        hints: ['orchestrate playbooks show upgrade-package', 'orchestrate playbooks test upgrade-package'],
      },
    });
  });

  it('ends the run without a change where every step is left out', async () => {
    const scene = await executing({ steps: [step('a', { when: { text: 'inputs.x == "y"', holds: false } })] });
    await scene.advance();
    await scene.advance();
    expect(scene.state('r1')).toBe('done');
  });
});

describe('a step with `for-each`', () => {
  const steps = [
    step('a'),
    step('b', {
      needs: ['a'],
      forEach: { text: 'steps.a.output.names', items: null },
      late: { name: '${item} of ${steps.a.output.names.size()}' },
    }),
    step('c', { needs: ['b'], when: { text: 'steps.b.outputs.all(one, one.ok)', holds: null } }),
  ];

  it('is done once for each, one after the other, with its own arguments, and gives all reports', async () => {
    const scene = await executing({ steps });
    await work(scene, 'a', { names: ['x', 'y'] });
    expect(states(scene, 'b', 'b.1', 'b.2', 'c')).toEqual([undefined, 'leasing', 'waiting', 'waiting']);
    expect(taskParts(scene.life.engine, 'r1.b.1', 1).step).toMatchObject({ title: 'b (x)', with: { name: 'x of 2' } });
    await work(scene, 'b.1', { ok: true });
    expect(states(scene, 'b.2', 'c')).toEqual(['leasing', 'waiting']);
    await work(scene, 'b.2', { ok: true });
    expect(scene.state('r1.c')).toBe('leasing');
  });

  it('is as it was after a kill: the list is on record', async () => {
    const scene = await executing({ steps });
    await work(scene, 'a', { names: ['x', 'y'] });
    await work(scene, 'b.1', { ok: true });
    await scene.restart();
    await scene.advance();
    expect(states(scene, 'b.1', 'b.2')).toEqual(['done', 'leasing']);
    expect(rows(scene, 'step.expanded')).toHaveLength(1);
  });

  it('is left out for an empty list', async () => {
    const scene = await executing({ steps });
    await work(scene, 'a', { names: [] });
    expect(rows(scene, 'step.skipped')).toEqual([{ task: 'r1.b', because: 'steps.a.output.names is empty' }]);
  });

  it('fails the run for more than 32', async () => {
    const scene = await executing({ steps });
    await work(scene, 'a', { names: Array.from({ length: 33 }, (_, n) => `n${n}`) });
    expect(scene.life.engine.host.find('r1')).toMatchObject({ state: 'failed', fault: { code: 'EXPRESSION_FAILED' } });
  });
});

describe('a step with `approval`', () => {
  const steps = [step('a'), step('b', { approval: 'Production stops for a minute.' })];
  const answer = async (scene: Scene, verdict: 'approved' | 'rejected', by: object = anna) => {
    const asked = { run: 'r1', step: 'b', verdict, by };
    const id = await scene.life.engine.ledger.request('step.answer', asked as never);
    return stepRequests['step.answer'](scene.life.engine, asked as never, id);
  };

  it.each([
    [2, 'leasing'],
    [1, 'waiting'],
  ])('asks nobody where its `approval-unless` holds: %d', async (n, state) => {
    const approvalUnless = { text: 'steps.a.output.n > 1', holds: null };
    const asking = step('b', { needs: ['a'], approval: 'Production stops.', approvalUnless });
    const scene = await executing({ steps: [step('a'), asking] });
    await work(scene, 'a', { n });
    expect(scene.state('r1.b')).toBe(state);
    expect(rows(scene, 'step.asked')).toHaveLength(n === 1 ? 1 : 0);
  });

  it('lets others go on, then pauses the run, and starts when a person says yes', async () => {
    const scene = await executing({ steps });
    await scene.advance();
    expect(states(scene, 'a', 'b')).toEqual(['leasing', 'waiting']);
    expect(scene.state('r1')).toBe('executing');
    await work(scene, 'a');
    expect(scene.life.engine.host.find('r1')).toMatchObject({
      state: 'paused',
      fault: { code: 'WAITING_FOR_PERSON', message: 'Step b waits for your yes: Production stops for a minute.' },
    });
    await answer(scene, 'approved');
    await scene.advance();
    expect(scene.state('r1.b')).toBe('leasing');
    expect(rows(scene, 'step.asked', 'step.answered')).toEqual([
      { task: 'r1.b', text: 'Production stops for a minute.' },
      { task: 'r1.b', verdict: 'approved', by: anna },
    ]);
  });

  it('asks again, in the same words, when the run is only resumed', async () => {
    const scene = await executing({ steps });
    await work(scene, 'a');
    await scene.send('r1', 'RESUME');
    await scene.advance();
    expect(scene.state('r1')).toBe('paused');
    expect(rows(scene, 'step.asked')).toHaveLength(1);
  });

  it('calls the run off when a person says no', async () => {
    const scene = await executing({ steps });
    await work(scene, 'a');
    await answer(scene, 'rejected');
    await scene.advance();
    expect(scene.state('r1')).toBe('cancelled');
    await scene.advance();
    expect(closedAs(scene.world, 'r1')).toBe('cancelled');
  });

  it('takes no answer of an agent, none twice, and none that nobody asked for', async () => {
    const scene = await executing({ steps });
    await expect(answer(scene, 'approved')).rejects.toMatchObject({ code: 'STEP_NOT_ASKED' });
    await work(scene, 'a');
    await expect(answer(scene, 'approved', { kind: 'program', name: 'x' })).rejects.toMatchObject({
      code: 'REVIEW_SELF',
    });
    expect(scene.state('r1')).toBe('paused');
    await answer(scene, 'approved');
    await expect(answer(scene, 'rejected')).rejects.toMatchObject({ code: 'STEP_NOT_ASKED' });
  });
});

describe('a step that waits for a condition', () => {
  const steps = [step('a', { waitsFor: ['env-setup:environment_stable'], waitAtMostMs: 60_000 })];
  const set = (scene: Scene, expiresAtMs: number | null) =>
    scene.life.engine.ledger.append([
      row(
        'condition.set',
        { name: 'env-setup:environment_stable', by: anna, evidence: [], expiresAtMs },
        { keys: ['condition:env-setup:environment_stable'] },
      ),
    ]);

  it('starts when it holds, not when its time is over', async () => {
    const scene = await executing({ steps });
    await scene.advance();
    expect(scene.state('r1.a')).toBe('waiting');
    await set(scene, 1);
    await scene.advance();
    expect(scene.state('r1.a')).toBe('waiting');
    await set(scene, null);
    await scene.advance();
    expect(scene.state('r1.a')).toBe('leasing');
  });
});

describe('steps side by side', () => {
  it('fail the run with what went wrong first, not with what was called off after it', async () => {
    const scene = await executing({ steps: [step('a'), step('b'), step('c')] });
    await scene.advance();
    for (const one of ['b', 'c']) {
      const why = { ...fault, message: `${one} failed.` };
      await scene.life.engine.host.send(`r1.${one}`, effectFailed('lease', why, 0));
      await scene.done(`r1.${one}`, 'compensate');
    }
    await scene.advance();
    await scene.done('r1.a', 'compensate');
    await scene.advance();
    expect(scene.life.engine.host.find('r1')).toMatchObject({
      state: 'failed',
      fault: { code: 'SMOKE_FAILED', message: 'b failed.' },
    });
  });
});

describe('what takes steps back', () => {
  const back = { action: 'files.write', agent: 'x', with: {}, timeoutMs: 1 };
  const steps = [
    step('a', { compensate: { ...back, late: { dir: '${steps.a.output.dir}' } } }),
    step('b', { needs: ['a'] }),
    step('c', { needs: ['b'], compensate: back }),
    step('d', { needs: ['c'] }),
  ];
  const undone = async (scene: Scene, name: string): Promise<void> => {
    await scene.advance();
    expect(scene.state(`r1.undo.${name}`)).toBe('leasing');
    await scene.finish(`undo.${name}`);
  };
  async function failing(): Promise<Scene> {
    const scene = await executing({ steps });
    for (const one of ['a', 'b', 'c']) await work(scene, one, { dir: '/made' });
    await scene.done('r1.d', 'lease');
    await scene.done('r1.d', 'spawn');
    await scene.fail('r1.d', 'execute');
    await scene.done('r1.d', 'compensate');
    await scene.advance();
    return scene;
  }

  it('is done in reverse order when a later step fails, before the run is closed', async () => {
    const scene = await failing();
    expect(scene.state('r1')).toBe('failed');
    await undone(scene, 'c');
    expect(scene.state('r1.undo.a')).toBeUndefined();
    expect(closedAs(scene.world, 'r1')).toBeUndefined();
    await undone(scene, 'a');
    expect(taskParts(scene.life.engine, 'r1.undo.a', 1).step).toMatchObject({
      title: 'Take back: a',
      action: 'files.write',
      with: { dir: '/made' },
    });
    await scene.advance();
    expect(closedAs(scene.world, 'r1')).toBe('failed');
    expect(rows(scene, 'run.takesBack')).toEqual([{ run: 'r1', state: 'failed', tasks: ['r1.undo.c', 'r1.undo.a'] }]);
  });

  it('goes on where it was after a kill, and does nothing twice', async () => {
    const scene = await failing();
    await undone(scene, 'c');
    await scene.restart();
    await undone(scene, 'a');
    await scene.restart();
    await scene.advance();
    expect(closedAs(scene.world, 'r1')).toBe('failed');
    expect(
      rows(scene, 'machine.created').filter((data) => JSON.stringify(data['subject']).includes('undo')),
    ).toHaveLength(2);
  });

  it('takes the others back when one of them fails, and frees what the run held', async () => {
    const scene = await failing();
    await scene.advance();
    await scene.fail('r1.undo.c', 'lease');
    await scene.done('r1.undo.c', 'compensate');
    await undone(scene, 'a');
    await scene.advance();
    expect(scene.state('r1.undo.c')).toBe('failed');
    expect(closedAs(scene.world, 'r1')).toBe('failed');
    expect(scene.life.engine.leases.find('r1')).toBeUndefined();
  });

  it('includes what failed, or was called off at work, without a report: it may have been done', async () => {
    const scene = await executing({
      steps: ['a', 'b', 'c'].map((id) => step(id, { compensate: back })),
    });
    await scene.advance();
    for (const one of ['a', 'b']) for (const effect of ['lease', 'spawn']) await scene.done(`r1.${one}`, effect);
    await scene.fail('r1.b', 'execute');
    await scene.done('r1.b', 'compensate');
    await scene.advance();
    for (const one of ['a', 'c']) await scene.done(`r1.${one}`, 'compensate');
    await scene.advance();
    for (const one of ['b', 'a']) await undone(scene, one);
    await scene.advance();
    expect(closedAs(scene.world, 'r1')).toBe('failed');
    expect(rows(scene, 'run.takesBack')).toMatchObject([{ tasks: ['r1.undo.b', 'r1.undo.a'] }]);
  });

  it('says what is not taken back and why where nobody can fill it in, takes the others back and frees what the run held', async () => {
    const scene = await executing({
      steps: [
        step('a', { compensate: back }),
        step('b', { needs: ['a'], compensate: { ...back, late: { dir: '${steps.b.output.nope}' } } }),
        step('c', { needs: ['b'] }),
      ],
    });
    for (const one of ['a', 'b']) await work(scene, one);
    await scene.done('r1.c', 'lease');
    await scene.fail('r1.c', 'spawn');
    await scene.done('r1.c', 'compensate');
    await scene.advance();
    await scene.advance();
    await scene.restart();
    await undone(scene, 'a');
    await scene.advance();
    expect(closedAs(scene.world, 'r1')).toBe('failed');
    expect(scene.life.engine.leases.find('r1')).toBeUndefined();
    expect(rows(scene, 'step.notTakenBack')).toMatchObject([
      { task: 'r1.undo.b', fault: { code: 'EXPRESSION_FAILED' } },
    ]);
    const view = runView(scene.world.ledgers.open(), 'r1');
    expect(view?.steps.find(({ id }) => id === 'undo.b')).toMatchObject({
      state: 'failed',
      fault: { message: expect.stringContaining('steps.b.output.nope') },
    });
  });

  it('does not wait for a person for ever: nobody resumes a run that ended', async () => {
    const scene = await failing();
    await scene.advance();
    await scene.done('r1.undo.c', 'lease');
    await scene.life.engine.host.send('r1.undo.c', effectFailed('spawn', { ...fault, code: 'TREE_TAMPERED' }, 0));
    await scene.advance();
    expect(scene.state('r1.undo.c')).toBe('compensating');
  });

  it('is done when the change is rejected before it merges', async () => {
    const scene = await executing({ steps: [step('a', { compensate: back })] });
    scene.world.files.put(`${slot}/requirements.lock`, lockOf({ ...installed, numpy: '2.1.0' }));
    await work(scene, 'a');
    await scene.advance();
    await scene.send('c1', 'REJECT', { fault });
    if (scene.state('c1') === 'checking') await scene.fail('c1', 'check');
    await scene.advance();
    await undone(scene, 'a');
    await scene.advance();
    expect(closedAs(scene.world, 'r1')).toBe('failed');
  });

  it('is not done for a run that came to its end', async () => {
    const scene = await executing({ steps: [step('a', { compensate: back })] });
    scene.world.files.put(`${slot}/requirements.lock`, lockOf({ ...installed, numpy: '2.1.0' }));
    await work(scene, 'a');
    await scene.advance();
    await toApproved(scene);
    await scene.advance();
    await scene.advance();
    await scene.done('c1', 'admit', { kind: 'go' });
    await scene.done('c1', 'merge', { kind: 'merged' });
    await scene.advance();
    await scene.done('c1', 'switch', { kind: 'verified' });
    await scene.advance();
    await scene.advance();
    expect(closedAs(scene.world, 'r1')).toBe('done');
    expect(rows(scene, 'run.takesBack')).toEqual([]);
  });
});
