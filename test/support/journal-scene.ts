import type { FaultRecord } from '../../src/base/fault.ts';
import { Fault } from '../../src/base/fault.ts';
import type { Evidence } from '../../src/domain/changes/evidence.ts';
import type { MachineName } from '../../src/domain/machines/index.ts';
import type { Plan } from '../../src/domain/plans/plan.ts';
import type { RestoreManifest } from '../../src/domain/restore/manifest.ts';
import { sceneLedger, type SceneLedger } from './scene-ledger.ts';

export const base = '7c1e2a4'.padEnd(40, '0');
export const merged = '9d0f1b2'.padEnd(40, '1');
export const undone = 'aa55aa5'.padEnd(40, '2');
export const baseTree = 'b0b0b0b'.padEnd(40, '3');
export const exactTree = 'a81f03d'.padEnd(40, '4');
export const environment = 'e1d2c3b4a5968778';
export const components = 'c0ffee'.padEnd(64, '5');
export const planHash = '4f9c21'.padEnd(64, '6');
export const anna = { kind: 'person', name: 'anna' } as const;

const steps = ['lock', 'build', 'boot', 'smoke'] as const;
const titles = {
  lock: 'Choose versions',
  build: 'Build the environment',
  boot: 'Boot ComfyUI',
  smoke: 'Run your workflows',
} as const;
const sentences = {
  lock: 'torch 2.8.0 → 2.11.0, 6 packages locked with hashes',
  build: 'environment e1d2c3b4a596 built, 6 wheels, 2 downloaded',
  boot: 'env-setup on :8191 (8188 is your production); pid 48121 proven; 0 node classes lost',
  smoke: '3/3 ran; sdxl-portrait 22.1 → 20.4 s; pictures not flat',
} as const;
const moves = [
  { name: 'torch', from: '2.8.0', to: '2.11.0' },
  { name: 'torchvision', from: '0.23.0', to: '0.26.0' },
];

/** Returns the plan of `upgrade pytorch`. */
export function upgradePlan(): Plan {
  return {
    hash: planHash as Plan['hash'],
    goalText: 'upgrade pytorch',
    goal: { kind: 'work' },
    playbook: 'upgrade-pytorch',
    score: 0.97,
    tree: 'env-setup',
    risk: 'medium',
    branchRef: 'refs/heads/main',
    base: base as Plan['base'],
    inputs: {},
    steps: steps.map((id, index) => ({
      id,
      title: titles[id],
      action: `env.${id}`,
      agent: 'env-setup',
      needs: index === 0 ? [] : [steps[index - 1] ?? ''],
      with: {},
      timeoutMs: 600_000,
      retries: 1,
    })),
    moves,
    rejected: [{ name: 'torch', version: '2.14.1', why: '6 days old, you ask for 14' }],
    lockText: null,
    requirementsText: null,
    estimates: {
      downloadBytes: 1_900_000_000,
      diskBytes: 5_200_000_000,
      diskFreeBytes: 61_000_000_000,
      minutes: 6,
      productionDownSeconds: 20,
      costUsd: 0,
    },
    warnings: ['CUDA is not tried: this machine has no GPU'],
    model: null,
  };
}

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
  scene.add('production.set', { instance: 'i1' }, { keys: ['production'] });
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

export function addRun(
  scene: SceneLedger,
  run: string,
  goal: string,
  kind: 'work' | 'undo' | 'restore',
  options: { previewOnly?: boolean } = {},
): void {
  const runOptions = { previewOnly: options.previewOnly ?? false, yes: false, until: null, playbook: null };
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

function startStep(scene: SceneLedger, run: string, step: string): void {
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

function finishStep(scene: SceneLedger, run: string, step: keyof typeof sentences, attempt = 1): void {
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

function addDoneStep(scene: SceneLedger, run: string, step: keyof typeof sentences): void {
  startStep(scene, run, step);
  scene.add(
    'step.noted',
    { task: `${run}.${step}`, attempt: `${run}.${step}#1`, sentence: 'half way' },
    { run, afterMs: 3_000 },
  );
  finishStep(scene, run, step);
}

function addRetriedStep(scene: SceneLedger, run: string, step: keyof typeof sentences): void {
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

function addChange(
  scene: SceneLedger,
  run: string,
  change: string,
  options: { title?: string; base?: string; proposed?: string } = {},
): void {
  const paths = [
    { path: 'requirements.lock', kind: 'changed' },
    { path: 'docs/env-setup/torch.md', kind: 'added' },
  ] as const;
  scene.add(
    'change.drafted',
    {
      change,
      run,
      tree: 'env-setup',
      base: options.base ?? base,
      baseTree,
      proposed: options.proposed ?? exactTree,
      title: options.title ?? 'Upgrade PyTorch to 2.11.0',
      risk: 'medium',
      authors: ['env-setup'],
      paths,
    },
    { run, keys: [`change:${change}`, `change-of:${run}`] },
  );
  scene.add(
    'machine.created',
    { machine: 'change', version: 1, subject: change, input: { subject: change }, to: 'drafted' },
    { run, keys: [`machine:${change}`] },
  );
  move(scene, { machine: 'change', subject: change, from: 'drafted', to: 'checking', run });
  scene.add(
    'change.checked',
    {
      change,
      outsideScope: [],
      reviewers: ['models-integ', 'ops-maint'],
      risk: 'medium',
      why: ['it changes the environment'],
    },
    { run, keys: [`check:${change}`] },
  );
  move(scene, { machine: 'change', subject: change, from: 'checking', to: 'gating', run });
}

function addGate(
  scene: SceneLedger,
  run: string,
  change: string,
  options: { base?: string; exact?: string; reused?: readonly string[] } = {},
): void {
  const exact = options.exact ?? exactTree;
  const key = `${exact}/${environment}/${components}`;
  for (const evidence of evidenceOf(key, exact, run))
    scene.add('evidence.recorded', { evidence }, { run, keys: [`evidence:${key}:${evidence.part}`] });
  scene.add(
    'change.gated',
    {
      change,
      base: options.base ?? base,
      exact,
      environment,
      components,
      evidenceKey: key,
      reused: options.reused ?? [],
      verdict: 'proven',
      fault: null,
      notProven: ['GPU kernels: it booted on the CPU', 'your other 41 workflows'],
      durationMs: 19_000,
    },
    { run, keys: [`gate:${change}`], afterMs: 19_000 },
  );
  move(scene, { machine: 'change', subject: change, from: 'gating', to: 'reviewing.asking', run });
}

function evidenceOf(key: string, tree: string, run: string): readonly Evidence[] {
  const parts = { key, run, tree, environment, components } as unknown as Pick<
    Evidence,
    'key' | 'run' | 'tree' | 'environment' | 'components'
  >;
  return [
    {
      ...parts,
      part: 'boot',
      grade: 'api',
      instance: 'i2',
      port: 8191,
      pid: 48121,
      startMs: 13_600,
      device: 'cpu',
      pytorchVersion: '2.11.0',
      nodeClasses: ['KSampler', 'VAEDecode'],
      failedImports: [],
    },
    {
      ...parts,
      part: 'smoke',
      grade: 'generation',
      instance: 'i2',
      device: 'cpu',
      workflows: [
        {
          name: 'sdxl-portrait',
          durationMs: 20_400,
          pictures: [{ widthPx: 512, heightPx: 512, isFlat: false, sha256: 'f'.repeat(64), sizeBytes: 300_000 }],
          failure: null,
        },
      ],
    },
  ];
}

function addRuleReviews(scene: SceneLedger, run: string, change: string): void {
  const question = {
    id: 'boots',
    question: 'Does it boot from the exact tree?',
    verdict: 'yes',
    facts: ['booted on :8191 in 13.6 s'],
    rows: [40],
  } as const;
  for (const [reviewer, verdict, questions] of [
    ['models-integ', 'approved', [question]],
    ['ops-maint', 'nothing-to-check', []],
  ] as const) {
    scene.add(
      'review.answered',
      {
        change,
        base,
        tree: exactTree,
        policy: 'p1',
        reviewer,
        by: { kind: 'rule', name: reviewer },
        verdict,
        questions,
        comment: null,
      },
      { run, keys: [`review:${change}`, `review:${change}:${reviewer}`] },
    );
  }
}

function addMerge(
  scene: SceneLedger,
  options: {
    run: string;
    change: string;
    from: string;
    to: string;
    number: number;
    title: string;
    made: RestoreManifest['made'];
  },
): void {
  const { run, change, from, to, number, title, made } = options;
  move(scene, { machine: 'change', subject: change, from: 'approved', to: 'queued.asking', run });
  move(scene, { machine: 'change', subject: change, from: 'queued.asking', to: 'merging', run });
  addRestorePoint(scene, { number, title, commit: to, made, run, change });
  scene.add('branch.moved', { ref: 'refs/heads/main', from, to, change }, { run, keys: ['branch'], afterMs: 80 });
  scene.add(
    'home.applied',
    { change, written: ['requirements.lock', 'docs/env-setup/torch.md'], kept: [], indexRefreshed: true },
    { run, keys: [`home:${change}`], afterMs: 40 },
  );
  move(scene, { machine: 'change', subject: change, from: 'merging', to: 'merged', run });
  moveRun(scene, run, 'merging', 'verifying');
}

function addRestorePoint(
  scene: SceneLedger,
  options: {
    number: number;
    title: string;
    commit: string;
    made: RestoreManifest['made'];
    run: string | null;
    change: string | null;
  },
): void {
  const { number, title, commit, made, run, change } = options;
  const name = `${String(number).padStart(4, '0')}-${title.replaceAll(' ', '-')}`;
  const head = scene.ledger.head();
  const manifest = {
    version: 1,
    number,
    title,
    commit,
    tree: made === 'merge' ? exactTree : baseTree,
    environment: made === 'init' ? null : environment,
    environmentDigest: null,
    components,
    made,
    run,
    change,
    moves: made === 'merge' ? moves : [],
    journal: head,
  } as unknown as RestoreManifest;
  scene.add(
    'restore.created',
    { tag: `restore/${name}`, number, commit, manifest },
    { run, keys: [`restore:${number}`, `restore-at:${commit}`, 'restores'] },
  );
}

function addInstance(
  scene: SceneLedger,
  options: { instance: string; run: string | null; purpose: 'production' | 'proof'; port: number; pid: number },
): void {
  const { instance, run, purpose, port, pid } = options;
  scene.add(
    'machine.created',
    { machine: 'instance', version: 1, subject: instance, input: { subject: instance }, to: 'stopped' },
    { run, keys: [`machine:${instance}`] },
  );
  scene.add(
    'instance.composed',
    {
      instance,
      purpose,
      tree: baseTree,
      environment,
      components,
      dir: `/home/anna/comfy-home/.orchestrate/instances/${instance}`,
      port,
      run,
      python: '/env/bin/python',
      args: ['--cpu'],
      seal: 'detected, not prevented',
    },
    { run, keys: [`instance:${instance}`] },
  );
  scene.add(
    'instance.proven',
    {
      instance,
      pid,
      startTime: '123456',
      port,
      argvNamesDir: true,
      ownsSocket: true,
      comfyuiVersion: '0.3.64',
      pytorchVersion: '2.8.0',
      device: 'cpu',
      startMs: 9_100,
    },
    { run, keys: [`instance-up:${instance}`], afterMs: 9_100 },
  );
  move(scene, { machine: 'instance', subject: instance, from: 'starting', to: 'healthy', run: run ?? '' });
}

/** Adds a change `c9` of run `r1` with that title, a path of the same name, and a note that says the same. */
export function addChangeTitled(scene: SceneLedger, title: string): void {
  addChange(scene, 'r1', 'c9', { title });
  scene.add('step.noted', { task: 'r1.smoke', attempt: 'r1.smoke#1', sentence: title }, { run: 'r1' });
  move(scene, {
    machine: 'change',
    subject: 'c9',
    from: 'gating',
    to: 'conflicted',
    run: 'r1',
    event: { type: 'GO', fault: new Fault('CHANGE_CONFLICT', title).toRecord() as never },
  });
}
