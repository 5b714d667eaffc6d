import { describe, expect, it } from 'vitest';

import { parsePlaybook } from '../../../../src/domain/definitions/playbook.ts';
import { passUntil } from '../../../fakes/fake-life.ts';
import { closedAs, startSupervisor } from '../../../fakes/fake-life.ts';
import { definitions, type World } from '../../../fakes/fake-world.ts';
import { approveChange, by, options, supervised } from './supervised-scene.ts';

const upgrade = parsePlaybook({
  file: 'playbooks/upgrade-package.yaml',
  origin: 'installation',
  text: `
id: upgrade-package
title: Upgrade one package
description: With everything that a step can say.
triggers: ['upgrade {package}']
inputs:
  package: { description: Which. }
  family: { description: 'With it.', default: '' }
  version: { description: Which., default: '' }
tree: env-setup
plan: env.choose
risk: medium
steps:
  - { id: record, title: Record, action: env.record, agent: x, timeout: 10m, check: output.nPackages > 0 }
  - id: twice
    title: Write the lock
    action: env.lock
    agent: x
    needs: [record]
    for-each: '["a", "b"]'
    compensate: { action: files.write }
    timeout: 10m
  - { id: never, title: Look again, action: env.record, agent: x, needs: [twice], timeout: 10m, when: steps.record.output.nPackages > 99999 }
  - { id: build, title: Build, action: env.build, agent: x, needs: [never], timeout: 10m, approval: It takes an hour. }
`,
});

const withTerms = (world: World) => ({
  ...world,
  context: { ...world.context, definitions: { ...definitions, playbooks: new Map([[upgrade.id, upgrade]]) } },
});

const kinds = ['step.skipped', 'step.expanded', 'step.asked', 'step.answered', 'step.checked', 'run.takesBack'];
const told = (world: World) =>
  world.ledgers
    .open()
    .read({ kinds, limit: 100 })
    .map(({ kind }) => kind);

describe('a run with terms of its steps', () => {
  it('asks, goes on when a person says yes, and takes its steps back when the change is rejected', async () => {
    const scene = await supervised({}, withTerms);
    await scene.ask('run.start', { goal: 'upgrade numpy', options: { ...options }, by });
    await scene.until('r1', 'paused');
    expect(told(scene.world)).toEqual(['step.checked', 'step.expanded', 'step.skipped', 'step.asked']);
    expect(await scene.ask('step.answer', { run: 'r1', step: 'build', verdict: 'approved', by })).toMatchObject({
      kind: 'accepted',
    });
    await scene.until('c1', 'reviewing.deciding');
    const gated = scene.latest('change.gated');
    const rejected = {
      tree: gated?.exact ?? '',
      base: gated?.base ?? '',
      verdict: 'rejected',
      comment: 'no',
      by,
    } as const;
    await scene.ask('review.answer', { change: 'c1', ...rejected });
    await passUntil(scene.world, () => closedAs(scene.world, 'r1') === 'failed');
    const reports = scene.world.ledgers.open().read({ kinds: ['step.reported'], limit: 100 });
    expect(reports.map(({ data }) => data['task'])).toEqual([
      ...['r1.record', 'r1.twice.1', 'r1.twice.2', 'r1.build'],
      ...['r1.undo.twice.2', 'r1.undo.twice.1'],
    ]);
    expect(scene.latest('run.takesBack')).toMatchObject({ tasks: ['r1.undo.twice.2', 'r1.undo.twice.1'] });
  });

  it('merges what was approved, and takes nothing back', async () => {
    const scene = await supervised({}, withTerms);
    await scene.ask('run.start', { goal: 'upgrade numpy', options: { ...options }, by });
    await scene.until('r1', 'paused');
    await scene.ask('step.answer', { run: 'r1', step: 'build', verdict: 'approved', by });
    await scene.until('c1', 'reviewing.deciding');
    await approveChange(scene, 'c1');
    await passUntil(scene.world, () => closedAs(scene.world, 'r1') === 'done');
    expect(scene.latest('run.takesBack')).toBeUndefined();
  });

  it('ends as if it had not been killed, wherever it was while it took its steps back', async () => {
    const scene = await supervised({}, withTerms);
    await scene.ask('run.start', { goal: 'upgrade numpy', options: { ...options }, by });
    await scene.until('r1', 'paused');
    await scene.ask('step.answer', { run: 'r1', step: 'build', verdict: 'rejected', by });
    for (let n = 0; n < 12 && closedAs(scene.world, 'r1') === undefined; n += 1) {
      await scene.supervisor.kill();
      const next = startSupervisor(scene.world);
      const { seq } = scene.world.ledgers.open().head();
      await passUntil(
        scene.world,
        () => scene.world.ledgers.open().head().seq > seq + 4 || closedAs(scene.world, 'r1') !== undefined,
      );
      Object.assign(scene, { supervisor: next });
    }
    await passUntil(scene.world, () => closedAs(scene.world, 'r1') === 'cancelled');
    const reports = scene.world.ledgers.open().read({ kinds: ['step.reported'], limit: 100 });
    const undone = reports.map(({ data }) => data['task'] as string).filter((task) => task.includes('.undo.'));
    expect([...new Set(undone)]).toEqual(['r1.undo.twice.2', 'r1.undo.twice.1']);
  });
});
