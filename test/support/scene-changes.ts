import { Fault } from '../../src/base/fault.ts';
import type { Evidence } from '../../src/domain/changes/evidence.ts';
import type { RestoreManifest } from '../../src/domain/restore/manifest.ts';
import { base, baseTree, components, environment, exactTree, moves } from './scene-facts.ts';
import type { SceneLedger } from './scene-ledger.ts';
import { move, moveRun } from './scene-rows.ts';

export function addChange(
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

export function addGate(
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

export function addRuleReviews(scene: SceneLedger, run: string, change: string): void {
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

export function addMerge(
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

export function addRestorePoint(
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

export function addInstance(
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
