import { describe, expect, it } from 'vitest';

import { row } from '../../../../src/domain/journal/kinds.ts';
import { effectDone } from '../../../../src/domain/machines/effect.ts';
import { type AlertScene, alertScene, hourMs, minuteMs } from './alert-scene.ts';

const by = { kind: 'person', name: 'anna' } as const;
const options = { previewOnly: false, yes: false, until: null, playbook: null, inputs: {} };

/** A run whose plan is made. */
async function planned(scene: AlertScene, next: 'ask' | 'execute', goal = 'upgrade numpy'): Promise<void> {
  const created = { run: 'r1', goal, kind: 'work', options, by, request: 1, restore: null } as const;
  const rows = [row('run.created', created, { run: 'r1', keys: ['run:r1'] })];
  await scene.engine.host.create('run', 'r1', { subject: 'r1', previewOnly: false }, { rows });
  const output = { next };
  await scene.engine.host.send('r1', { type: 'xstate.done.actor.preview', actorId: 'preview', output, atMs: 1 });
}

/** A run that asks for a yes to its plan. */
async function askForPlan(scene: AlertScene, goal?: string): Promise<void> {
  await planned(scene, 'ask', goal);
  expect(scene.engine.host.find('r1')?.state).toBe('awaitingApproval');
}

describe('a question that waits', () => {
  it('is told after half an hour, with what to type, and never with a way to answer it by the message', async () => {
    const scene = await alertScene();
    await askForPlan(scene);
    await scene.pass(29 * minuteMs);
    expect(scene.notifier.sent).toEqual([]);
    await scene.pass(3 * minuteMs);
    expect(scene.titles('all')).toEqual(['warning: waiting:r1:awaitingApproval']);
    const text = scene.notifier.sent[0]?.notice.text ?? '';
    expect(text).toContain('The plan of r1 (upgrade numpy) waits for a yes, for 30 minutes now.');
    expect(text).toContain('orchestrate runs approve r1');
    expect(text).not.toMatch(/https?:|--yes|reply/);
  });

  it('is told once however long it waits, and is over by the row that says so', async () => {
    const scene = await alertScene();
    await askForPlan(scene);
    await scene.pass(10 * hourMs, 10 * minuteMs);
    expect(scene.titles('all')).toHaveLength(1);
    await scene.engine.host.send('r1', { type: 'CANCEL' });
    const moved = scene.engine.ledger.latest('machine:r1');
    await scene.pass(minuteMs);
    expect(scene.rows('alert.ended')).toMatchObject([
      { key: 'waiting:r1:awaitingApproval', by: null, evidence: [`#${moved?.seq}`] },
    ]);
    expect(scene.titles('all').at(-1)).toBe('over: waiting:r1:awaitingApproval');
  });

  it('is told without a secret that its goal has in it', async () => {
    const scene = await alertScene();
    await askForPlan(scene, 'fetch https://anna:hunter2@example.org with token=abcdef0123456789');
    await scene.pass(hourMs);
    const sent = JSON.stringify(scene.notifier.sent);
    expect(sent).toContain('waiting:r1:awaitingApproval');
    expect(sent).not.toMatch(/hunter2|abcdef0123456789/);
  });

  it('is told again after a kill neither', async () => {
    const scene = await alertScene();
    await askForPlan(scene);
    await scene.pass(hourMs, 10 * minuteMs);
    await scene.restart();
    await scene.pass(hourMs, 10 * minuteMs);
    expect(scene.titles('all')).toEqual(['warning: waiting:r1:awaitingApproval']);
  });
});

describe('another question of the same run', () => {
  const asks = (scene: AlertScene, task: string) =>
    scene.engine.ledger.append([
      row('step.asked', { task, text: `May ${task} start?` }, { run: 'r1', keys: [`step-ask:${task}`] }),
    ]);
  const yes = (scene: AlertScene, task: string) =>
    scene.engine.ledger.append([
      row('step.answered', { task, verdict: 'approved', by }, { run: 'r1', keys: [`step-answer:${task}`] }),
    ]);

  it('is told as well, and the one before is over by its answer', async () => {
    const scene = await alertScene();
    await planned(scene, 'execute');
    await asks(scene, 'r1.stop');
    await scene.pass(hourMs);
    const [answer] = await yes(scene, 'r1.stop');
    await asks(scene, 'r1.start');
    await scene.pass(hourMs);
    expect(scene.titles('all')).toEqual([
      'warning: waiting:r1:r1.stop',
      'over: waiting:r1:r1.stop',
      'warning: waiting:r1:r1.start',
    ]);
    expect(scene.rows('alert.ended')).toMatchObject([{ evidence: [`#${answer?.seq}`] }]);
    expect(scene.notifier.sent.at(-1)?.notice.text).toContain('r1.start waits for a yes: May r1.start start?');
  });

  it('is told beside the first one where both wait', async () => {
    const scene = await alertScene();
    await planned(scene, 'execute');
    await asks(scene, 'r1.stop');
    await asks(scene, 'r1.start');
    await scene.pass(hourMs);
    expect(scene.titles('all')).toEqual(['warning: waiting:r1:r1.stop', 'warning: waiting:r1:r1.start']);
  });
});

it('a change that is held elsewhere is told again', async () => {
  const scene = await alertScene();
  const { host } = scene.engine;
  await host.create('change', 'c1', { subject: 'c1' });
  await host.send('c1', { type: 'CHECK' });
  await host.send('c1', effectDone('check', {}, 0));
  await host.send('c1', effectDone('gate', { kind: 'proven' }, 0));
  await host.send('c1', effectDone('review', { kind: 'waits' }, 0));
  await scene.pass(hourMs);
  await host.send('c1', { type: 'REQUEST_CHANGES' });
  await scene.pass(hourMs);
  expect(scene.titles('all')).toEqual([
    'warning: waiting:c1:reviewing.deciding',
    'over: waiting:c1:reviewing.deciding',
    'warning: waiting:c1:changesRequested',
  ]);
});
