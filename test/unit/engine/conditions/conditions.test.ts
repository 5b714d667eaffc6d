import { describe, expect, it } from 'vitest';

import { dataOf } from '../../../../src/domain/journal/kinds.ts';
import { weekdays } from '../../../../src/domain/policy/windows.ts';
import { passUntil, startSupervisor, stateOfSubject } from '../../../fakes/fake-life.ts';
import { upgrade as playbook } from '../../../fakes/fake-world.ts';
import { programAgent } from '../../../support/agents.ts';
import { approveChange, by, options, type Scene, supervised } from '../supervisor/supervised-scene.ts';

const stable = 'env-setup:environment_stable';
const looked = 'ops-maint:looked_at';

/** An installation whose playbook waits with its second step. */
const waitingFor = (conditions: readonly string[], waitAtMostMs = 3_600_000): Promise<Scene> =>
  supervised({}, (world) => {
    const steps = playbook.steps.map((step) =>
      step.id === 'lock' ? { ...step, waitsFor: conditions, waitAtMostMs } : step,
    );
    const playbooks = new Map([[playbook.id, { ...playbook, steps }]]);
    const agent = {
      id: 'package-manager',
      tree: 'env-setup',
      title: 'x',
      ...programAgent,
      maxMinutes: 1,
      instructions: '',
      file: 'x',
    } as const;
    const definitions = { ...world.context.definitions, playbooks, agents: new Map([[agent.id, agent]]) };
    return { ...world, context: { ...world.context, definitions } };
  });

const start = (scene: Scene) => scene.ask('run.start', { goal: 'upgrade numpy', options, by });
const set = (scene: Scene, name: string, more: object = {}) =>
  scene.ask('condition.set', { name, evidence: [], expiresAtMs: null, by, ...more });
const rowsOf = (scene: Scene, kind: string) => scene.world.ledgers.open().read({ kinds: [kind] });

describe('a step that waits for a condition', () => {
  it('begins when somebody says that it holds, and not before', async () => {
    const scene = await waitingFor([looked]);
    await start(scene);
    await passUntil(scene.world, () => scene.latest('step.waits') !== undefined);
    await scene.world.clock.advance(60_000);
    expect(stateOfSubject(scene.world, 'r1.lock')).toBe('waiting');
    expect(rowsOf(scene, 'step.waits')).toHaveLength(1);
    expect(scene.latest('step.waits')).toMatchObject({ task: 'r1.lock', conditions: [looked] });
    expect(await set(scene, looked, { evidence: ['nobody renders'] })).toMatchObject({ kind: 'accepted' });
    await scene.until('r1.lock', 'done');
    await scene.until('c1', 'reviewing.deciding');
  });

  it('does not begin by one whose time is over', async () => {
    const scene = await waitingFor([looked]);
    await set(scene, looked, { expiresAtMs: scene.world.clock.nowMs() + 1_000 });
    await scene.world.clock.advance(2_000);
    await start(scene);
    await passUntil(scene.world, () => scene.latest('step.waits') !== undefined);
    expect(stateOfSubject(scene.world, 'r1.lock')).toBe('waiting');
  });

  it('pauses the run and asks when it waited too long, and waits anew after a resume', async () => {
    const scene = await waitingFor([looked], 30_000);
    await start(scene);
    await scene.until('r1', 'paused');
    const moved = dataOf('machine.moved', scene.world.ledgers.open().latest('machine:r1'));
    expect(moved?.event['fault']).toMatchObject({
      code: 'CONDITION_AWAITED',
      message: `r1.lock has waited 30s for ${looked}.`,
    });
    const firstDueMs = scene.latest('step.waits')?.dueAtMs ?? 0;
    await scene.ask('run.resume', { run: 'r1', by });
    await passUntil(scene.world, () => (scene.latest('step.waits')?.dueAtMs ?? 0) > firstDueMs);
    await set(scene, looked);
    await scene.until('r1.lock', 'done');
  });

  it('waits as long as it may, whatever becomes of the wall clock (F23)', async () => {
    const scene = await waitingFor([looked], 60_000);
    const { clock } = scene.world;
    await start(scene);
    await passUntil(scene.world, () => scene.latest('step.waits') !== undefined);
    // A day on: who trusts the wall clock gives up what has just begun to wait.
    clock.setNowMs(clock.nowMs() + 86_400_000);
    await clock.advance(30_000);
    expect(clock.nowMs()).toBeGreaterThan(scene.latest('step.waits')?.dueAtMs ?? Number.POSITIVE_INFINITY);
    expect(stateOfSubject(scene.world, 'r1')).toBe('executing');
    // Two days back: who trusts it waits for two days more.
    clock.setNowMs(clock.nowMs() - 2 * 86_400_000);
    await clock.advance(35_000);
    expect(clock.nowMs()).toBeLessThan(scene.latest('step.waits')?.dueAtMs ?? 0);
    await scene.until('r1', 'paused');
  });

  it('keeps the supervisor, and is begun by the next one after a kill', async () => {
    const scene = await waitingFor([looked]);
    await start(scene);
    await passUntil(scene.world, () => scene.latest('step.waits') !== undefined);
    await scene.supervisor.kill();
    startSupervisor(scene.world, undefined, { idleSeconds: 5 });
    await scene.world.clock.advance(60_000);
    expect(await scene.world.ledgers.open().isHeld()).toBe(true);
    await set(scene, looked);
    await scene.until('r1.lock', 'done');
    expect(rowsOf(scene, 'step.waits')).toHaveLength(1);
  });
});

describe('the stable environment', () => {
  it('is seen from the recorded baseline, gone while a change merges, and back when it is verified', async () => {
    const scene = await waitingFor([stable]);
    await start(scene);
    await scene.until('c1', 'reviewing.deciding');
    const recorded = rowsOf(scene, 'environment.recorded')[0]?.seq;
    expect(scene.latest('condition.set')).toMatchObject({
      name: stable,
      by: { kind: 'rule' },
      evidence: [`#${recorded}`],
    });
    await approveChange(scene, 'c1');
    await scene.until('c1', 'verified');
    await passUntil(
      scene.world,
      () => (scene.latest('condition.set')?.evidence.length ?? 0) > 0 && rowsOf(scene, 'condition.set').length > 1,
    );
    const switched = rowsOf(scene, 'service.switched')[0]?.seq;
    expect(scene.latest('condition.set')?.evidence).toContain(`#${switched}`);
  });
});

describe('the approved maintenance window', () => {
  const name = 'ops-maint:maintenance_window_approved';
  const window = { kind: 'window', days: weekdays, from: '00:00', to: '23:00', zone: 'UTC' } as const;

  it('is open with a merge window that a person added, and gone with it', async () => {
    const scene = await waitingFor([]);
    await scene.world.clock.advance(10_000);
    expect(rowsOf(scene, 'condition.set')).toEqual([]);
    await scene.ask('window.add', { entry: window, reason: 'quiet', by });
    await passUntil(scene.world, () => scene.latest('condition.set')?.name === name);
    expect(scene.latest('condition.set')).toMatchObject({
      by: { kind: 'rule', name: 'observed' },
      expiresAtMs: Date.UTC(2026, 0, 1, 23),
    });
    await scene.ask('window.remove', { id: 'w1', reason: null, by });
    await passUntil(scene.world, () => scene.latest('condition.cleared')?.name === name);
    await scene.world.clock.advance(10_000);
    expect(rowsOf(scene, 'condition.set')).toHaveLength(1);
  });

  it('stays cleared by a person while the same window is open', async () => {
    const scene = await waitingFor([]);
    await scene.ask('window.add', { entry: window, reason: 'quiet', by });
    await passUntil(scene.world, () => scene.latest('condition.set')?.name === name);
    await scene.ask('condition.clear', { name, reason: 'not tonight', by });
    await scene.world.clock.advance(60_000);
    expect(rowsOf(scene, 'condition.set')).toHaveLength(1);
  });
});

describe('who says what', () => {
  it('an agent names the rows of its own tree, and agrees to nothing', async () => {
    const scene = await waitingFor([]);
    const agent = { kind: 'program', name: 'package-manager' } as const;
    const asked = (name: string, evidence: readonly string[]) => set(scene, name, { by: agent, evidence });
    expect(await asked('env-setup:looked_at', ['#1'])).toMatchObject({ kind: 'accepted' });
    expect(await asked('env-setup:looked_at', ['because I say so'])).toMatchObject({
      fault: { code: 'CONDITION_WITHOUT_EVIDENCE' },
    });
    expect(await asked('env-setup:looked_at', ['#99999'])).toMatchObject({ fault: { code: 'CONDITION_INVALID' } });
    expect(await asked(looked, ['#1'])).toMatchObject({ fault: { code: 'CONDITION_NOT_YOURS' } });
    expect(await asked('env-setup:upgrade_approved', ['#1'])).toMatchObject({ fault: { code: 'CONDITION_NOT_YOURS' } });
    expect(rowsOf(scene, 'condition.set')).toHaveLength(1);
  });

  it.each([
    ['CONDITION_INVALID', 'stable'],
    ['CONDITION_INVALID', '../etc:x'],
    ['TREE_NOT_FOUND', 'env-stup:environment_stable'],
  ])('%s answers %s', async (code, name) => {
    const scene = await waitingFor([]);
    expect(await set(scene, name)).toMatchObject({ kind: 'refused', fault: { code, state: 'Nothing was changed.' } });
  });

  it('a condition that does not hold cannot be cleared', async () => {
    const scene = await waitingFor([]);
    const clear = () => scene.ask('condition.clear', { name: looked, reason: 'x', by });
    expect(await clear()).toMatchObject({ fault: { code: 'CONDITION_NOT_SET' } });
    await set(scene, looked);
    expect(await clear()).toMatchObject({ kind: 'accepted' });
    expect(await set(scene, looked)).toMatchObject({ kind: 'accepted' });
    expect(await set(scene, looked)).toMatchObject({ fault: { code: 'NOTHING_TO_DO' } });
  });
});
