import { Fault, type FaultRecord } from '../../src/base/fault.ts';
import type { Plan } from '../../src/domain/plans/plan.ts';
import { addChange, addGate, addInstance, addMerge, addRestorePoint, addRuleReviews } from './scene-changes.ts';
import { anna, base, baseTree, exactTree, merged, moves, steps, undone, upgradePlan } from './scene-facts.ts';
import { sceneLedger, type SceneLedger } from './scene-ledger.ts';
import {
  addDoneStep,
  addPlan,
  addRetriedStep,
  addRun,
  endRun,
  move,
  moveRun,
  startStep,
  takeLease,
} from './scene-rows.ts';

/** Returns a journal that begins as `init` leaves it: restore point 0, production running. */
export function installedScene(): SceneLedger {
  const scene = sceneLedger();
  scene.add(
    'installation.created',
    { id: 'demo', home: '/home/anna/comfy-home', branchRef: 'refs/heads/main', head: base, version: '0.1.0' },
    { keys: ['installation'] },
  );
  addRestorePoint(scene, { number: 0, title: 'init', commit: base, made: 'init', run: null, change: null });
  scene.add('supervisor.started', { pid: 4711, version: '0.1.0' });
  addInstance(scene, { instance: 'i1', run: null, purpose: 'production', port: 8188, pid: 4800 });
  scene.add('production.set', { instance: 'i1', saved: null }, { keys: ['production'] });
  return scene;
}

/** Adds a run of `upgrade pytorch` up to the point where its change waits for a person. Returns nothing: it is `r1` with `c1`. */
export function addWaitingRun(scene: SceneLedger): void {
  addRun(scene, 'r1', 'upgrade pytorch', 'work');
  addPlan(scene, 'r1', upgradePlan());
  moveRun(scene, 'r1', 'previewing', 'executing');
  takeLease(scene, 'r1');
  for (const step of steps) addDoneStep(scene, 'r1', step);
  addChange(scene, 'r1', 'c1');
  moveRun(scene, 'r1', 'executing', 'reviewing');
  addGate(scene, 'r1', 'c1');
  addRuleReviews(scene, 'r1', 'c1');
  move(scene, { machine: 'change', subject: 'c1', from: 'reviewing.asking', to: 'reviewing.deciding', run: 'r1' });
}

/** Adds the person's yes, the merge and the switch to the run of `addWaitingRun`. */
export function addApprovalAndMerge(scene: SceneLedger): void {
  const run = 'r1';
  scene.add(
    'review.answered',
    {
      change: 'c1',
      base,
      tree: exactTree,
      policy: 'p1',
      reviewer: 'final',
      by: anna,
      verdict: 'approved',
      questions: [],
      comment: 'looks right',
    },
    { run, keys: ['review:c1', 'review:c1:final'], afterMs: 60_000 },
  );
  move(scene, { machine: 'change', subject: 'c1', from: 'reviewing.deciding', to: 'approved', run });
  moveRun(scene, run, 'reviewing', 'merging');
  addMerge(scene, { run, change: 'c1', from: base, to: merged, number: 1, title: 'upgrade pytorch', made: 'merge' });
  scene.add(
    'service.switched',
    { change: 'c1', outcome: 'switched', instance: 'i3', downMs: 18_200, requeued: 2, reason: null },
    { run, keys: ['switch:c1'], afterMs: 18_200 },
  );
  move(scene, { machine: 'change', subject: 'c1', from: 'merged', to: 'verified', run, isFinal: true });
  endRun(scene, run, 'verifying', 'done');
}

/** Returns a journal with a run that went well from start to end. */
export function doneScene(): SceneLedger {
  const scene = installedScene();
  addWaitingRun(scene);
  addApprovalAndMerge(scene);
  return scene;
}

/** Returns a journal with a run whose change waits for a person. */
export function waitingScene(): SceneLedger {
  const scene = installedScene();
  addWaitingRun(scene);
  return scene;
}

/** Returns a journal in which ben let `c1` through a freeze, and nobody has looked at it since. */
export function glassScene(): SceneLedger {
  const scene = waitingScene();
  const overrode = ['Nothing merges before Tue 2027-01-05 00:00 UTC: frozen (holidays), says orchestrate.yaml:31.'];
  const exactly = { change: 'c1', base, tree: exactTree };
  scene.add(
    'glass.broken',
    { id: 'f1', ...exactly, by: { kind: 'person', name: 'ben' }, reason: 'production is down', overrode },
    { run: 'r1', keys: ['glass:f1', 'glass'] },
  );
  return scene;
}

export const bootFault: FaultRecord = new Fault(
  'INSTANCE_BOOT_FAILED',
  "ComfyUI ended while it started: No module named 'torch._C'.",
  {
    hints: ['orchestrate runs show r1'],
    state: 'Nothing was merged; the slot is kept as it is.',
  },
).toRecord();

/** Returns a journal with a run that failed when ComfyUI was booted, after one retry of the download. */
export function failedScene(): SceneLedger {
  const scene = installedScene();
  addRun(scene, 'r1', 'upgrade pytorch', 'work');
  addPlan(scene, 'r1', upgradePlan());
  moveRun(scene, 'r1', 'previewing', 'executing');
  takeLease(scene, 'r1');
  addDoneStep(scene, 'r1', 'lock');
  addRetriedStep(scene, 'r1', 'build');
  startStep(scene, 'r1', 'boot');
  move(scene, {
    machine: 'task',
    subject: 'r1.boot',
    from: 'executing',
    to: 'compensating',
    run: 'r1',
    afterMs: 9_000,
    event: { type: 'xstate.error.actor.execute', error: bootFault as never },
  });
  move(scene, { machine: 'task', subject: 'r1.boot', from: 'compensating', to: 'failed', run: 'r1', isFinal: true });
  endRun(scene, 'r1', 'executing', 'failed', { type: 'TASK_FAILED', fault: bootFault as never });
  return scene;
}

/** Returns the journal of `doneScene` and an undo after it. */
export function undoneScene(): SceneLedger {
  const scene = doneScene();
  const run = 'r2';
  addRun(scene, run, 'undo', 'undo');
  addPlan(scene, run, {
    ...upgradePlan(),
    hash: 'd00d'.padEnd(64, '7') as Plan['hash'],
    goalText: 'undo',
    goal: {
      kind: 'restore',
      title: 'undo upgrade torch 2.10.0 → 2.11.0',
      to: '0000-init',
      commit: base as Plan['base'],
      proposed: baseTree as never,
      drops: ['0001-upgrade-pytorch'],
    },
    playbook: 'undo',
    score: 1,
    base: merged as Plan['base'],
    steps: [],
    moves: moves.map(({ name, from, to }) => ({ name, from: to, to: from })),
    rejected: [],
    warnings: [],
    estimates: {
      downloadBytes: 0,
      diskBytes: 0,
      diskFreeBytes: 56_000_000_000,
      minutes: 0.5,
      productionDownSeconds: 20,
      costUsd: 0,
    },
  });
  moveRun(scene, run, 'previewing', 'reviewing');
  addChange(scene, run, 'c2', { title: 'undo 0001-upgrade-pytorch', base: merged, proposed: baseTree });
  addGate(scene, run, 'c2', { base: merged, exact: baseTree, reused: ['boot', 'smoke'] });
  move(scene, { machine: 'change', subject: 'c2', from: 'reviewing.asking', to: 'approved', run });
  moveRun(scene, run, 'reviewing', 'merging');
  addMerge(scene, { run, change: 'c2', from: merged, to: undone, number: 2, title: 'undo', made: 'undo' });
  scene.add(
    'service.switched',
    { change: 'c2', outcome: 'switched', instance: 'i4', downMs: 12_000, requeued: 0, reason: null },
    { run, keys: ['switch:c2'], afterMs: 12_000 },
  );
  move(scene, { machine: 'change', subject: 'c2', from: 'merged', to: 'verified', run, isFinal: true });
  endRun(scene, run, 'verifying', 'done');
  return scene;
}
