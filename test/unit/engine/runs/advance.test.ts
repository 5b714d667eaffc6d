import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { Fault } from '../../../../src/base/fault.ts';
import { row } from '../../../../src/domain/journal/kinds.ts';
import { effectFailed } from '../../../../src/domain/machines/effect.ts';
import { findReason } from '../../../../src/engine/changes/admit.ts';
import type { EffectHandler, EffectTable } from '../../../../src/engine/machines/host.ts';
import { policyDigest } from '../../../../src/engine/policy/digest.ts';
import { advanceRun } from '../../../../src/engine/runs/advance.ts';
import { retryHeld } from '../../../../src/engine/runs/retry-held.ts';
import { closedAs, nothingHappens, settled } from '../../../fakes/fake-life.ts';
import { anna, createWorld, lockOf, installed } from '../../../fakes/fake-world.ts';
import { executing, fault, slot, states, toApproved, toQueued, worked } from './run-scene.ts';

describe('advanceRun on steps', () => {
  it('starts a step when all that it needs is done', async () => {
    const scene = await executing();
    await scene.advance();
    expect(states(scene, 'a', 'b', 'c', 'd')).toEqual(['leasing', 'waiting', 'waiting', 'waiting']);
    await scene.finish('a');
    await scene.advance();
    expect(states(scene, 'a', 'b', 'c', 'd')).toEqual(['done', 'leasing', 'leasing', 'waiting']);
  });

  it('changes nothing when it is called again', async () => {
    const scene = await executing();
    await scene.advance();
    const { seq } = scene.world.ledgers.open().head();
    await scene.advance();
    await scene.advance();
    expect(scene.world.ledgers.open().head().seq).toBe(seq);
  });

  it('stops at the step that was asked for, and goes on when it is resumed', async () => {
    const scene = await executing({ run: { until: 'b' } });
    for (const one of ['a', 'b']) {
      await scene.advance();
      await scene.finish(one);
    }
    await scene.advance();
    expect(scene.state('r1')).toBe('paused');
    expect(states(scene, 'c', 'd')).toEqual([undefined, undefined]);
    const resumed = row('run.resumed', { run: 'r1', by: anna }, { run: 'r1', keys: ['resumed:r1'] });
    await scene.life.engine.host.send('r1', { type: 'RESUME' }, { rows: [resumed] });
    await scene.advance();
    expect(states(scene, 'a', 'b', 'c', 'd')).toEqual(['done', 'done', 'leasing', 'waiting']);
  });

  it('is not stopped by the last step', async () => {
    const scene = await worked({ run: { until: 'd' } });
    expect(scene.state('r1')).toBe('reviewing');
  });

  it('fails with the known steps when there is no such step to stop at', async () => {
    const scene = await executing({ run: { until: 'x' } });
    await scene.advance();
    expect(scene.life.engine.host.find('r1')).toMatchObject({ state: 'failed', fault: { code: 'STEP_NOT_FOUND' } });
  });

  it('calls the other steps off before it fails with the first failure', async () => {
    const scene = await executing();
    await scene.advance();
    await scene.finish('a');
    await scene.advance();
    await scene.fail('r1.b', 'lease');
    await scene.done('r1.b', 'compensate');
    await scene.advance();
    expect(states(scene, 'b', 'c', 'd')).toEqual(['failed', 'compensating', 'failed']);
    expect(scene.state('r1')).toBe('executing');
    await scene.done('r1.c', 'compensate');
    await scene.advance();
    expect(scene.life.engine.host.find('r1')).toMatchObject({ state: 'failed', fault: { code: 'SMOKE_FAILED' } });
  });

  it('pauses with the reason when a step waits for a person', async () => {
    const scene = await executing();
    await scene.advance();
    await scene.done('r1.a', 'lease');
    await scene.life.engine.host.send(
      'r1.a',
      effectFailed('spawn', new Fault('TREE_TAMPERED', 'Git files changed.').toRecord(), 0),
    );
    await scene.advance();
    expect(scene.life.engine.host.find('r1')).toMatchObject({ state: 'paused', fault: { code: 'TREE_TAMPERED' } });
  });

  it('is done without a change when the slot is as the base', async () => {
    const scene = await worked({ changed: false });
    expect(scene.state('r1')).toBe('done');
    expect(scene.world.ledgers.open().read({ kinds: ['change.drafted'] })).toEqual([]);
  });

  it('proposes the files of the slot when they differ', async () => {
    const scene = await worked();
    expect(scene.state('r1')).toBe('reviewing');
    expect(scene.state('c1')).toBe('drafted');
  });

  it('does not draft a second change after a kill between draft and event', async () => {
    const scene = await executing();
    scene.world.files.put(`${slot}/requirements.lock`, lockOf({ ...installed, numpy: '2.1.0' }));
    for (const steps of [['a'], ['b', 'c'], ['d']]) {
      await scene.advance();
      for (const one of steps) await scene.finish(one);
    }
    const { engine } = scene.life;
    await advanceRun(
      { ...engine, host: { ...engine.host, send: () => Promise.reject(new Error('killed')) } as typeof engine.host },
      'r1',
    ).catch(() => undefined);
    await scene.restart();
    await scene.advance();
    expect(scene.state('r1')).toBe('reviewing');
    expect(scene.world.ledgers.open().read({ kinds: ['change.drafted'] })).toHaveLength(1);
  });
});

describe('advanceRun on the change', () => {
  it('drafts the change of a way back, which has no steps', async () => {
    const world = await createWorld();
    const proposed = await world.store.editTree(
      await world.store.treeOf(world.first),
      new Map([['docs/env-setup/a.md', 'a']]),
    );
    const goal = {
      kind: 'restore',
      to: '0000-adopted',
      title: 'restore 0000-adopted',
      commit: world.first,
      proposed,
      drops: [],
    } as const;
    const scene = await executing({ goal: { ...goal, proposed }, steps: [] });
    await scene.world.store.editTree(
      await scene.world.store.treeOf(scene.world.first),
      new Map([['docs/env-setup/a.md', 'a']]),
    );
    await scene.advance();
    expect(scene.state('c1')).toBe('checking');
    await scene.advance();
    expect(scene.world.ledgers.open().read({ kinds: ['change.drafted'] })).toHaveLength(1);
  });

  it('checks what is drafted and queues what is approved', async () => {
    const scene = await worked();
    await scene.advance();
    expect(scene.state('c1')).toBe('checking');
    await toApproved(scene);
    expect(scene.state('c1')).toBe('approved');
    await scene.advance();
    expect(scene.state('c1')).toBe('queued.asking');
  });

  it('follows an approved change through merge and switch to the end', async () => {
    const scene = await worked();
    await toQueued(scene);
    expect(scene.state('r1')).toBe('merging');
    await scene.done('c1', 'admit', { kind: 'go' });
    await scene.done('c1', 'merge', { kind: 'merged' });
    await scene.advance();
    expect(scene.state('r1')).toBe('verifying');
    await scene.done('c1', 'switch', { kind: 'verified' });
    await scene.advance();
    expect(scene.state('r1')).toBe('done');
  });

  it('goes back to the review when the change must be approved anew', async () => {
    const scene = await worked();
    await toQueued(scene);
    await scene.done('c1', 'admit', { kind: 'moved' });
    await scene.done('c1', 'gate', { kind: 'proven' });
    await scene.done('c1', 'review', { kind: 'ask' });
    await scene.advance();
    expect(scene.state('r1')).toBe('reviewing');
  });

  it('fails with the reason when the change is rejected, in review and in the queue', async () => {
    for (const prepare of [async () => {}, toQueued]) {
      const scene = await worked();
      await scene.advance();
      await prepare(scene);
      if (scene.state('c1') === 'checking') await scene.fail('c1', 'check');
      else await scene.send('c1', 'REJECT', { fault });
      await scene.advance();
      expect(scene.life.engine.host.find('r1')).toMatchObject({ state: 'failed', fault: { code: 'SMOKE_FAILED' } });
    }
  });

  it('is rolled back when the change was taken back', async () => {
    const scene = await worked();
    await toQueued(scene);
    await scene.done('c1', 'admit', { kind: 'go' });
    await scene.done('c1', 'merge', { kind: 'merged' });
    await scene.done('c1', 'switch', { kind: 'reverted', fault });
    await scene.advance();
    await scene.advance();
    expect(scene.life.engine.host.find('r1')).toMatchObject({ state: 'rolledBack', fault: { code: 'SMOKE_FAILED' } });
  });
});

describe('advanceRun on an ended run', () => {
  it('closes a cancelled run once nothing of it is at work', async () => {
    const scene = await executing();
    await scene.advance();
    await scene.send('r1', 'CANCEL');
    await scene.advance();
    expect(scene.state('r1.a')).toBe('compensating');
    expect(closedAs(scene.world, 'r1')).toBeUndefined();
    await scene.done('r1.a', 'compensate');
    await scene.advance();
    expect(closedAs(scene.world, 'r1')).toBe('cancelled');
    expect(scene.life.engine.leases.find('r1')).toBeUndefined();
  });

  it('abandons the change of a cancelled run', async () => {
    const scene = await worked();
    await scene.advance();
    await scene.send('r1', 'CANCEL');
    await scene.advance();
    expect(scene.state('c1')).toBe('abandoned');
    expect(closedAs(scene.world, 'r1')).toBe('cancelled');
  });

  it('waits for a change that merges, though the run was cancelled', async () => {
    const scene = await worked();
    await toQueued(scene);
    await scene.done('c1', 'admit', { kind: 'go' });
    await scene.send('r1', 'CANCEL');
    await scene.advance();
    expect(scene.state('c1')).toBe('merging');
    expect(closedAs(scene.world, 'r1')).toBeUndefined();
  });

  it('writes its report and closes once', async () => {
    const scene = await worked({ changed: false });
    await scene.advance();
    await scene.advance();
    const closed = scene.world.ledgers.open().read({ kinds: ['run.closed'] });
    expect(closed).toHaveLength(1);
    expect(closed[0]?.data).toMatchObject({
      state: 'done',
      freed: ['env-setup', ':8191'],
      report: '/home/anna/comfy-home/sessions/2026-01-01-r1.md',
    });
    expect(await scene.world.files.readText('/home/anna/comfy-home/sessions/2026-01-01-r1.md')).toContain(
      '# r1: upgrade numpy',
    );
  });

  it('closes without a report when the disk is full', async () => {
    const scene = await worked({ changed: false });
    scene.world.files.failAfter(0);
    await scene.advance();
    expect(scene.world.ledgers.open().read({ kinds: ['run.closed'] })[0]?.data).toMatchObject({
      state: 'done',
      report: null,
    });
  });
});

describe('retryHeld', () => {
  it('lets a held change go on once the edits of the person are gone', async () => {
    const scene = await worked();
    await toQueued(scene);
    const lock = '/home/anna/comfy-home/requirements.lock';
    const before = (await scene.world.files.readText(lock)) ?? '';
    const { engine } = scene.life;
    const change = {
      change: 'c1',
      base: scene.world.first,
      exact: (await engine.store
        .findRef('refs/orchestrate/changes/c1')
        .then((ref) => engine.store.treeOf(ref as never))) as string,
    };
    const gate = {
      ...change,
      environment: '',
      components: '',
      evidenceKey: '',
      reused: [],
      verdict: 'proven',
      fault: null,
      notProven: [],
      durationMs: 0,
    } as const;
    await engine.ledger.append([row('change.gated', gate, { run: 'r1', keys: ['gate:c1'] })]);
    const yes = {
      ...{ change: 'c1', base: change.base, tree: change.exact, policy: policyDigest(engine), reviewer: 'final' },
      ...({ by: anna, verdict: 'approved', questions: [], comment: null } as const),
    };
    await engine.ledger.append([row('review.answered', yes, { run: 'r1', keys: ['review:c1', 'review:c1:final'] })]);
    scene.world.files.put(lock, 'mine\n');
    const fault = await findReason(engine, 'c1');
    expect(fault).toMatchObject({ code: 'HOME_DIRTY' });
    await scene.done('c1', 'admit', { kind: 'hold', fault: fault?.toRecord() });
    await retryHeld(engine);
    expect(scene.state('c1')).toBe('queued.holding');
    scene.world.files.put(lock, before);
    await retryHeld(engine);
    expect(scene.state('c1')).toBe('queued.asking');
  });
});

describe('a run that is killed between any two rows', () => {
  const script: EffectHandler = async () => ({});
  const outputs: EffectTable = {
    ...nothingHappens,
    run: { preview: async () => ({ next: 'execute' }) },
    task: {
      lease: script,
      spawn: script,
      execute: script,
      capture: script,
      verify: script,
      waitUntil: script,
      compensate: script,
    },
    change: {
      check: script,
      gate: async () => ({ kind: 'proven' }),
      review: async () => ({ kind: 'approved' }),
      admit: async () => ({ kind: 'go' }),
      merge: async () => ({ kind: 'merged' }),
      switch: async () => ({ kind: 'verified' }),
    },
  };

  it('ends in the same state', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 0, max: 12 }), { maxLength: 8 }), async (rowsBetween) => {
        const scene = await executing({ effects: outputs });
        scene.world.files.put(`${slot}/requirements.lock`, lockOf({ ...installed, numpy: '2.1.0' }));
        for (const nRows of rowsBetween) {
          const untilSeq = scene.world.ledgers.open().head().seq + nRows;
          for (let n = 0; n < 20 && scene.world.ledgers.open().head().seq < untilSeq; n += 1) {
            await scene.advance();
            await settled();
          }
          await scene.restart();
          scene.life.engine.host.startRestored();
        }
        for (let n = 0; n < 60 && closedAs(scene.world, 'r1') === undefined; n += 1) {
          await scene.advance();
          await settled();
        }
        expect(closedAs(scene.world, 'r1')).toBe('done');
        const ledger = scene.world.ledgers.open();
        expect(ledger.read({ kinds: ['change.drafted'] })).toHaveLength(1);
        expect(
          ledger.read({ kinds: ['machine.created'] }).filter(({ data }) => data['machine'] === 'task'),
        ).toHaveLength(4);
        expect(ledger.read({ kinds: ['machine.moved'], limit: 1_000 }).at(-1)?.data).toMatchObject({
          subject: 'r1',
          to: 'done',
        });
      }),
      { numRuns: 30 },
    );
  });
});
