import { readdirSync } from 'node:fs';

import { describe, expect, it } from 'vitest';

import type { Action, ActionContext, Proofs, ReadyEnvironment } from '../../../src/actions/_context.ts';
import { envBuild } from '../../../src/actions/env-build.ts';
import { envLock } from '../../../src/actions/env-lock.ts';
import { envRecord } from '../../../src/actions/env-record.ts';
import { envVerify } from '../../../src/actions/env-verify.ts';
import { actions } from '../../../src/actions/index.gen.ts';
import { instanceBoot } from '../../../src/actions/instance-boot.ts';
import { instanceSmoke } from '../../../src/actions/instance-smoke.ts';
import type { EnvironmentId, GitTreeId } from '../../../src/base/ids.ts';
import type {
  BootEvidence,
  ChecksEvidence,
  SmokeEvidence,
  WorkflowProof,
} from '../../../src/domain/changes/evidence.ts';
import { type TorchQuestion, torchQuestions } from '../../../src/domain/environments/torch-checks.ts';
import { fakePythonFacts } from '../../fakes/fake-python.ts';
import { createWorld, installed, lockOf, type World } from '../../fakes/fake-world.ts';
import { workPlan } from '../engine/changes/change-scene.ts';

const slot = { name: 'env-setup', dir: '/home/anna/comfy-home/trees/env-setup', port: 8191, homePort: 8188 };
const lockText = lockOf({ ...installed, numpy: '2.1.0' });
const requirementsText = 'numpy\n';
const common = {
  key: 'k',
  tree: 'a'.repeat(40) as GitTreeId,
  environment: 'e1' as EnvironmentId,
  components: 'c1',
  run: 'r1',
};
const boot = (given: Partial<BootEvidence> = {}): BootEvidence => ({
  ...common,
  grade: 'api',
  part: 'boot',
  instance: 'i1',
  port: 8191,
  pid: 48_121,
  startMs: 4_000,
  device: 'cpu',
  pytorchVersion: '2.9.0',
  nodeClasses: ['KSampler', 'SaveImage'],
  failedImports: [],
  ...given,
});
const workflow = (given: Partial<WorkflowProof> = {}): WorkflowProof => ({
  name: 'portrait',
  durationMs: 22_100,
  pictures: [{ widthPx: 64, heightPx: 64, isFlat: false, sha256: 'ab', sizeBytes: 10 }],
  failure: null,
  ...given,
});
const smoke = (...workflows: WorkflowProof[]): SmokeEvidence => ({
  ...common,
  grade: 'generation',
  part: 'smoke',
  instance: 'i1',
  device: 'cpu',
  workflows,
});

const checks = (...wrong: TorchQuestion[]): ChecksEvidence => ({
  ...common,
  grade: 'static',
  part: 'checks',
  torch: torchQuestions.map((question) => ({
    question,
    outcome: wrong.includes(question) ? 'failed' : 'passed',
    device: 'cpu',
    fact: `what ${question} says`,
  })),
  unmet: [],
});

interface Evidences {
  readonly checks?: ChecksEvidence;
  readonly boot?: BootEvidence;
  readonly smoke?: SmokeEvidence;
}

interface Given {
  readonly base?: Evidences;
  readonly next?: Evidences;
  readonly isReused?: boolean;
}

async function contextOf({ base = {}, next = {}, isReused = false }: Given = {}): Promise<{
  world: World;
  context: ActionContext;
  notes: string[];
}> {
  const world = await createWorld();
  const { config, paths, store, outside } = world.context;
  const { clock, digest, files, python } = outside;
  const baseTree = await store.treeOf(world.first);
  const notes: string[] = [];
  const proofs: Proofs = {
    onRecord: () => ({ checks: base.checks && { ...base.checks, row: 10 }, boot: undefined, smoke: undefined }),
    imports: async () => ({
      ...common,
      grade: 'static',
      part: 'imports',
      modules: [{ module: 'numpy', version: '2.1.0' }],
      row: 11,
    }),
    record: async () => ({
      ...{ nPackages: 3, notFromIndex: ['sageattention'], graphics: 'no graphics card', failedImports: [], row: 15 },
    }),
    checks: async (tree) => ({ ...((tree === baseTree ? base.checks : next.checks) ?? checks()), row: 14 }),
    boot: async (tree) => ({ ...((tree === baseTree ? base.boot : next.boot) ?? boot()), row: 12, reused: isReused }),
    smoke: async (tree) => ({
      ...((tree === baseTree ? base.smoke : next.smoke) ?? smoke(workflow())),
      row: 13,
      reused: isReused,
    }),
    runWorkflows: async () => ({ workflows: [workflow()], device: 'cpu', instance: 'i1' }),
  };
  const ready: ReadyEnvironment = {
    id: 'e1' as EnvironmentId,
    dir: `${paths.envs}/e1`,
    python: '/e1/bin/python',
    manifestDigest: 'm',
    sizeBytes: 5_200_000_000,
    nPackages: 3,
    downloadedBytes: 1_900_000_000,
    fromKeptWheels: 2,
    reused: isReused,
  };
  const context: ActionContext = {
    run: 'r1',
    attempt: 'r1.x#1',
    mark: 'demo/r1.x#1',
    slot,
    base: world.first,
    baseTree,
    plan: { ...workPlan(world.first), lockText, requirementsText },
    config,
    paths,
    clock,
    digest,
    files,
    python,
    accelerators: world.accelerators,
    store,
    bundles: outside.bundles,
    interpreter: async () => fakePythonFacts,
    index: config.python.index,
    specialist: { work: () => Promise.reject(new Error('no agent thinks here')) },
    snapshot: async () => common.tree,
    environment: async () => ready,
    takeBorrowed: async () => ready.id,
    proofs,
    serviceLog: async () => ({ instance: null, source: 'none', text: '', isCut: false }),
    service: {} as never,
    bus: {} as never,
    conditions: { find: () => undefined, set: async () => 1, clear: async () => false },
    before: [],
    memory: {} as never,
    bisect: async () => {
      throw new Error('nobody asked for a bisect');
    },
    drill: async () => {
      throw new Error('nobody asked for a drill');
    },
    backUp: async () => {
      throw new Error('nobody asked for a backup');
    },
    note: async (sentence) => void notes.push(sentence),
    signal: new AbortController().signal,
  };
  await files.ensureDir(slot.dir);
  return { world, context, notes };
}

const said = async (action: Action<never>, given?: Given): Promise<string> => {
  const { context } = await contextOf(given);
  await context.files.writeAtomic(`${slot.dir}/requirements.lock`, lockText);
  const output = await action.run(context, action.input.parse({}));
  return (action as unknown as Action).describe(action.output.parse(output) as object, { slot, productionPort: 8188 });
};

it('lists every action under the id that its file name gives, once', () => {
  const files = readdirSync(new URL('../../../src/actions', import.meta.url)).filter((name) =>
    /^[a-z].*(?<!\.gen)\.ts$/.test(name),
  );
  expect(actions.map(({ id }) => `${id.replace('.', '-')}.ts`).sort()).toEqual(files.sort());
});

describe('env.lock', () => {
  it('writes exactly the plan, and nothing again when it is there', async () => {
    const { world, context } = await contextOf();
    expect(await envLock.run(context, {})).toEqual({
      nPackages: 3,
      nHashes: 3,
      written: ['requirements.in', 'requirements.lock'],
    });
    expect(await world.files.readText(`${slot.dir}/requirements.lock`)).toBe(lockText);
    expect(await world.files.readText(`${slot.dir}/requirements.in`)).toBe(requirementsText);
    expect(await envLock.run(context, {})).toMatchObject({ written: [] });
  });

  it('finds out when somebody wrote into the slot behind it', async () => {
    const { world, context } = await contextOf();
    const output = await envLock.run(context, {});
    await envLock.verify?.(context, output);
    world.files.put(`${slot.dir}/requirements.lock`, `${lockText}# more\n`);
    await expect(envLock.verify?.(context, output)).rejects.toMatchObject({
      code: 'TREE_TAMPERED',
      message: 'requirements.lock in the slot is not what the plan wrote.',
    });
  });

  it('says what it wrote', async () => {
    expect(await said(envLock as never)).toMatchInlineSnapshot(
      `"requirements.lock: 3 packages, 3 hashes, wheels only"`,
    );
  });
});

describe('env.build', () => {
  it('says what was built, from where', async () => {
    expect(await said(envBuild as never)).toMatchInlineSnapshot(
      `"environment e1: 3 packages, 5.2 GB on disk, 1.9 GB fetched, 2 wheels from the kept ones"`,
    );
    expect(await said(envBuild as never, { isReused: true })).toMatchInlineSnapshot(
      `"environment e1 was there, every file as built (5.2 GB)"`,
    );
  });

  it('needs a lock in the slot', async () => {
    const { context } = await contextOf();
    await expect(envBuild.run(context, {})).rejects.toMatchObject({ code: 'LOCK_INVALID' });
  });

  it('finds out when the environment is not as it was built', async () => {
    const { context } = await contextOf();
    await context.files.writeAtomic(`${slot.dir}/requirements.lock`, lockText);
    const output = await envBuild.run(context, {});
    await expect(envBuild.verify?.(context, output)).rejects.toMatchObject({
      code: 'ENVIRONMENT_DRIFTED',
      message: 'The environment e1 is missing right after it was built.',
    });
  });
});

describe('env.record', () => {
  it('says what is installed and how many workflows ran', async () => {
    const failed = workflow({ name: 'broken', failure: 'boom' });
    expect(await said(envRecord as never, { base: { smoke: smoke(workflow(), failed) } })).toMatchInlineSnapshot(
      `"3 packages, 1 components; no graphics card; not from an index: sageattention; baseline: 1 of 2 workflows ran"`,
    );
    expect(await said(envRecord as never, { isReused: true })).toMatchInlineSnapshot(
      `"3 packages, 1 components; no graphics card; not from an index: sageattention; baseline: 1 of 1 workflows ran (on record)"`,
    );
  });
});

describe('env.verify', () => {
  it('says what imports, and does not call nothing a success', async () => {
    expect(await said(envVerify as never)).toMatchInlineSnapshot(
      `"numpy 2.1.0 import; what build says; what device says; right: arch (cpu), matmul (cpu), conv (cpu), nms (cpu); every package has what it needs; nothing on record to compare with"`,
    );
    expect(await said(envVerify as never, { base: { checks: checks() } })).not.toContain('nothing on record');
  });

  it('fails for what torch got right before, and not for what was wrong already', async () => {
    const worse = await contextOf({ base: { checks: checks('nms') }, next: { checks: checks('nms', 'matmul') } });
    await expect(envVerify.run(worse.context, {})).rejects.toMatchObject({
      code: 'ENVIRONMENT_CHECK_FAILED',
      message: 'torch fails a check (matmul): what matmul says.',
      state: 'Production was not touched.',
    });
    const same = await contextOf({ base: { checks: checks('nms') }, next: { checks: checks('nms') } });
    expect(await envVerify.run(same.context, {})).toMatchObject({ grade: 'static', compared: true });
  });

  it('fails for a need that is newly unmet, unless the plan told it', async () => {
    const need = { package: 'vision', version: '1.0', requirement: 'torch==2.8.0', found: 'torch 2.9.0' };
    const given = { base: { checks: checks() }, next: { checks: { ...checks(), unmet: [need] } } };
    const { context } = await contextOf(given);
    await expect(envVerify.run(context, {})).rejects.toMatchObject({
      code: 'ENVIRONMENT_CHECK_FAILED',
      message: 'vision 1.0 needs torch==2.8.0, and torch 2.9.0 is there.',
    });
    const brokenPromises = [{ pack: 'vision', requirement: 'torch==2.8.0', chosen: 'torch 2.9.0' }];
    const told = { ...context, plan: { ...context.plan, brokenPromises } };
    expect(await envVerify.run(told, {})).toMatchObject({ checks: expect.stringContaining('unmet: vision') as string });
  });
});

describe('instance.boot', () => {
  it('says on which port, why not on its own, and what was found', async () => {
    expect(await said(instanceBoot as never)).toMatchInlineSnapshot(
      `"env-setup on :8191 (8188 is your production); pid 48121 proven; torch 2.9.0 on cpu; 2 node classes, 0 lost"`,
    );
    expect(await said(instanceBoot as never, { isReused: true })).toMatchInlineSnapshot(
      `"proven before for the same tree, environment and components (#12): torch 2.9.0 on cpu; 2 node classes, 0 lost"`,
    );
  });

  it('compares with nothing, and says so, where the branch is not to be started and nothing is on record', async () => {
    const { context } = await contextOf({ next: { boot: boot({ nodeClasses: ['KSampler'] }) } });
    const output = await instanceBoot.run(context, { baseline: 'record' });
    expect(instanceBoot.describe(output, { slot, productionPort: 8188 })).toContain(
      'no boot of the branch on record to compare with',
    );
  });

  it('fails with the node classes that are gone', async () => {
    const { context } = await contextOf({ next: { boot: boot({ nodeClasses: ['KSampler'] }) } });
    await expect(instanceBoot.run(context, { baseline: 'prove' })).rejects.toMatchObject({
      code: 'INSTANCE_UNHEALTHY',
      message: '1 node classes are gone: SaveImage.',
      state: 'Production was not touched.',
    });
  });
});

describe('instance.smoke', () => {
  it('says how many ran and how long they took, before and now', async () => {
    expect(
      await said(instanceSmoke as never, { next: { smoke: smoke(workflow({ durationMs: 20_400 })) } }),
    ).toMatchInlineSnapshot(`"1/1 ran; portrait 22.1 → 20.4 s; pictures not flat"`);
    expect(
      await said(instanceSmoke as never, { base: { smoke: smoke() }, next: { smoke: smoke() } }),
    ).toMatchInlineSnapshot(`"no workflow lies in workflows/: none was run"`);
  });

  it('fails when one became slower than the policy allows', async () => {
    const { context } = await contextOf({ next: { smoke: smoke(workflow({ durationMs: 60_000 })) } });
    await expect(instanceSmoke.run(context, { baseline: 'prove' })).rejects.toMatchObject({
      code: 'SMOKE_FAILED',
      message: 'Workflow portrait takes 2.7 times as long as before.',
    });
  });
});
