import { Fault } from '../../src/base/fault.ts';
import type { MachineName } from '../../src/domain/machines/index.ts';
import type { Plan } from '../../src/domain/plans/plan.ts';
import { anna, sentences } from './scene-facts.ts';
import type { SceneLedger } from './scene-ledger.ts';

export function addRun(
  scene: SceneLedger,
  run: string,
  goal: string,
  kind: 'work' | 'undo' | 'restore',
  options: { previewOnly?: boolean } = {},
): void {
  const runOptions = { previewOnly: options.previewOnly ?? false, yes: false, until: null, playbook: null, inputs: {} };
  scene.add(
    'run.created',
    { run, goal, kind, options: runOptions, by: anna, request: 1, restore: null },
    { run, keys: [`run:${run}`], afterMs: 1_000 },
  );
  scene.add(
    'machine.created',
    { machine: 'run', version: 1, subject: run, input: { subject: run }, to: 'previewing' },
    { run, keys: [`machine:${run}`] },
  );
}

export function addPlan(scene: SceneLedger, run: string, plan: Plan): void {
  scene.add('plan.made', { run, plan }, { run, keys: [`plan:${run}`], afterMs: 2_400 });
}

export function moveRun(scene: SceneLedger, run: string, from: string, to: string): void {
  move(scene, { machine: 'run', subject: run, from, to, run });
}

export function endRun(
  scene: SceneLedger,
  run: string,
  from: string,
  to: string,
  event?: { type: string; fault?: never },
): void {
  move(scene, {
    machine: 'run',
    subject: run,
    from,
    to,
    run,
    isFinal: true,
    ...(event === undefined ? {} : { event }),
  });
  scene.add(
    'run.closed',
    { run, state: to, freed: ['env-setup'], report: `sessions/${run}.md` },
    { run, keys: [`close:${run}`] },
  );
}

interface Move {
  readonly machine: MachineName;
  readonly subject: string;
  readonly from: string;
  readonly to: string;
  readonly run: string;
  readonly isFinal?: boolean;
  readonly afterMs?: number;
  readonly event?: { readonly type: string; readonly [key: string]: never | string };
}

export function move(
  scene: SceneLedger,
  { machine, subject, from, to, run, isFinal = false, afterMs = 0, event = { type: 'GO' } }: Move,
): void {
  scene.add(
    'machine.moved',
    { machine, version: 1, subject, event, from, to, isFinal },
    { run, keys: [`machine:${subject}`], afterMs },
  );
}

export function takeLease(scene: SceneLedger, run: string): void {
  scene.add(
    'lease.taken',
    {
      run,
      slot: 'env-setup',
      tree: 'env-setup',
      port: 8191,
      homePort: 8188,
      skipped: [{ port: 8188, why: 'is your production' }],
    },
    { run, keys: ['lease:slot:env-setup', 'lease:port:8191'] },
  );
}

export function startStep(scene: SceneLedger, run: string, step: string): void {
  const subject = `${run}.${step}`;
  scene.add(
    'machine.created',
    { machine: 'task', version: 1, subject, input: { subject, maxAttempts: 2 }, to: 'waiting' },
    { run, keys: [`machine:${subject}`] },
  );
  for (const [from, to] of [
    ['waiting', 'leasing'],
    ['leasing', 'spawning'],
    ['spawning', 'executing'],
  ] as const)
    move(scene, { machine: 'task', subject, from, to, run });
}

export function finishStep(scene: SceneLedger, run: string, step: keyof typeof sentences, attempt = 1): void {
  const task = `${run}.${step}`;
  scene.add(
    'step.reported',
    {
      task,
      attempt: `${task}#${attempt}`,
      action: `env.${step}`,
      agent: 'env-setup',
      output: {},
      sentence: sentences[step],
      durationMs: 14_000,
    },
    { run, keys: [`step:${task}`], afterMs: 14_000 },
  );
  for (const [from, to] of [
    ['executing', 'capturing'],
    ['capturing', 'verifying'],
  ] as const)
    move(scene, { machine: 'task', subject: task, from, to, run });
  move(scene, { machine: 'task', subject: task, from: 'verifying', to: 'done', run, isFinal: true });
}

export function addDoneStep(scene: SceneLedger, run: string, step: keyof typeof sentences): void {
  startStep(scene, run, step);
  scene.add(
    'step.noted',
    { task: `${run}.${step}`, attempt: `${run}.${step}#1`, sentence: 'half way' },
    { run, afterMs: 3_000 },
  );
  finishStep(scene, run, step);
}

export function addRetriedStep(scene: SceneLedger, run: string, step: keyof typeof sentences): void {
  const subject = `${run}.${step}`;
  startStep(scene, run, step);
  const fault = new Fault('INDEX_UNREACHABLE', 'The package index did not answer within 30 s.').toRecord();
  move(scene, {
    machine: 'task',
    subject,
    from: 'executing',
    to: 'retrying',
    run,
    afterMs: 30_000,
    event: { type: 'xstate.error.actor.execute', error: fault as never },
  });
  for (const [from, to] of [
    ['retrying', 'spawning'],
    ['spawning', 'executing'],
  ] as const)
    move(scene, { machine: 'task', subject, from, to, run, afterMs: 500 });
  finishStep(scene, run, step, 2);
}
