import { describe, expect, it } from 'vitest';

import type { EnvironmentId, GitTreeId } from '../../../../src/base/ids.ts';
import type { BootEvidence, SmokeEvidence, WorkflowProof } from '../../../../src/domain/changes/evidence.ts';
import { evidenceKey, machineMark } from '../../../../src/domain/changes/evidence.ts';
import { blameBroken, compareBoots, judgeBoot, judgeSmoke, notProven } from '../../../../src/domain/changes/judge.ts';

const parts = { tree: 'a'.repeat(40) as GitTreeId, environment: 'e1' as EnvironmentId, components: 'c1' };
const common = { ...parts, key: evidenceKey(parts), run: 'r1' };
const boot = (given: Partial<BootEvidence> = {}): BootEvidence => ({
  ...common,
  grade: 'api',
  part: 'boot',
  instance: 'i1',
  port: 8191,
  pid: 1,
  startMs: 4_000,
  device: 'cuda',
  pytorchVersion: '2.8.0',
  nodeClasses: ['KSampler', 'SaveImage'],
  failedImports: [],
  ...given,
});
const picture = { widthPx: 64, heightPx: 64, isFlat: false, sha256: 'ab', sizeBytes: 10 };
const flat = { ...picture, isFlat: true };
const workflow = (given: Partial<WorkflowProof> = {}): WorkflowProof => ({
  name: 'portrait',
  durationMs: 4_000,
  pictures: [picture],
  failure: null,
  ...given,
});
const smoke = (...workflows: WorkflowProof[]): SmokeEvidence => ({
  ...common,
  grade: 'generation',
  part: 'smoke',
  instance: 'i1',
  device: 'cuda',
  workflows,
});
const sentences = (findings: readonly { sentence: string }[]): readonly string[] => findings.map((one) => one.sentence);

describe('judgeBoot', () => {
  it('finds nothing when classes were gained', () => {
    expect(judgeBoot(boot(), boot({ nodeClasses: ['KSampler', 'SaveImage', 'Upscale'] }))).toEqual([]);
  });

  it('counts and names the node classes that are gone', () => {
    expect(sentences(judgeBoot(boot(), boot({ nodeClasses: ['KSampler'] })))).toEqual([
      '1 node classes are gone: SaveImage.',
    ]);
  });

  it('names five at most', () => {
    const before = boot({ nodeClasses: ['a', 'b', 'c', 'd', 'e', 'f'] });
    expect(sentences(judgeBoot(before, boot({ nodeClasses: [] })))).toEqual([
      '6 node classes are gone: a, b, c, d, e.',
    ]);
  });

  it('excuses the classes of the packs that are taken out, and of no others', () => {
    const before = boot({
      nodeClasses: ['KSampler', 'Twice', 'Upscale'],
      nodePacks: [
        { pack: 'twice-pack', nodeClasses: ['Twice'] },
        { pack: 'upscale', nodeClasses: ['Upscale'] },
      ],
    });
    const removed = ['custom_nodes/twice-pack'];
    expect(judgeBoot(before, boot({ nodeClasses: ['KSampler', 'Upscale'] }), removed)).toEqual([]);
    expect(sentences(judgeBoot(before, boot({ nodeClasses: [] }), removed))).toEqual([
      '2 node classes are gone: KSampler, Upscale.',
    ]);
    expect(judgeBoot(before, boot({ nodeClasses: ['KSampler', 'Twice'] }), ['custom_nodes/upscale.py'])).toEqual([]);
  });

  it('excuses nothing where an old boot does not tell which pack a class came from', () => {
    const before = boot({ nodeClasses: ['KSampler', 'Twice'] });
    expect(sentences(judgeBoot(before, boot({ nodeClasses: ['KSampler'] }), ['custom_nodes/twice-pack']))).toEqual([
      '1 node classes are gone: Twice.',
    ]);
  });

  it('holds only those packs against a change that imported before', () => {
    const before = boot({ failedImports: ['old-broken'] });
    const after = boot({ failedImports: ['old-broken', 'rgthree'] });
    expect(sentences(judgeBoot(before, after))).toEqual(['1 node packs no longer import: rgthree.']);
  });

  it('blames a promise that the plan broke, with both sides and who asked, and nothing else', () => {
    const brokenPromises = [
      { pack: 'frozen', requirement: 'torch==2.10.0', chosen: 'torch 2.11.0' },
      { pack: 'gone', requirement: 'scipy', chosen: null },
      { pack: 'fine', requirement: 'numpy<2', chosen: 'numpy 2.1.0' },
    ];
    expect(
      sentences(blameBroken(['frozen', 'gone', 'other'], { goalText: 'upgrade pytorch', brokenPromises })),
    ).toEqual([
      'frozen asks for torch==2.10.0, but "upgrade pytorch" brings torch 2.11.0, as the plan warned.',
      'gone asks for scipy, but "upgrade pytorch" leaves it out, as the plan warned.',
    ]);
    expect(blameBroken(['frozen'], { goalText: 'upgrade pytorch' })).toEqual([]);
  });

  it('has nothing to compare with without a baseline', () => {
    expect(judgeBoot(undefined, boot({ nodeClasses: [], failedImports: ['x'] }))).toEqual([]);
  });

  it('tells how many times longer the start takes, where there is something to compare', () => {
    expect(compareBoots(boot(), boot({ startMs: 8_000 })).startRatio).toBe(2);
    expect(compareBoots(undefined, boot()).startRatio).toBeNull();
    expect(compareBoots(boot({ startMs: 0 }), boot()).startRatio).toBeNull();
  });
});

describe('judgeSmoke', () => {
  it.each([
    [
      'a workflow that failed',
      smoke(workflow()),
      smoke(workflow({ failure: 'KSampler: boom', pictures: [] })),
      ['Workflow portrait failed: KSampler: boom'],
    ],
    [
      'a workflow that failed before as well',
      smoke(workflow({ failure: 'old' })),
      smoke(workflow({ failure: 'new' })),
      [],
    ],
    [
      'a failing workflow without a baseline',
      undefined,
      smoke(workflow({ failure: 'boom' })),
      ['Workflow portrait failed: boom'],
    ],
    [
      'a flat picture',
      smoke(workflow()),
      smoke(workflow({ pictures: [flat] })),
      ['Workflow portrait drew a flat picture: every pixel has the same value.'],
    ],
    [
      'a flat picture that was flat before',
      smoke(workflow({ pictures: [flat] })),
      smoke(workflow({ pictures: [flat] })),
      [],
    ],
    [
      'a flat picture where the workflow failed before',
      smoke(workflow({ failure: 'old', pictures: [] })),
      smoke(workflow({ pictures: [flat] })),
      ['Workflow portrait drew a flat picture: every pixel has the same value.'],
    ],
    [
      'one flat picture among good ones',
      undefined,
      smoke(workflow({ pictures: [picture, flat] })),
      ['Workflow portrait drew a flat picture: every pixel has the same value.'],
    ],
    [
      'a slower workflow',
      smoke(workflow()),
      smoke(workflow({ durationMs: 6_000 })),
      ['Workflow portrait takes 1.5 times as long as before.'],
    ],
    ['a workflow within the allowed slowdown', smoke(workflow()), smoke(workflow({ durationMs: 5_200 })), []],
    ['a short one within the noise', smoke(workflow({ durationMs: 100 })), smoke(workflow({ durationMs: 2_500 })), []],
    [
      'a short one that became long',
      smoke(workflow({ durationMs: 100 })),
      smoke(workflow({ durationMs: 3_000 })),
      ['Workflow portrait takes 1.5 times as long as before.'],
    ],
    [
      'fewer pictures',
      smoke(workflow({ pictures: [picture, picture] })),
      smoke(workflow()),
      ['Workflow portrait drew 1 pictures instead of 2.'],
    ],
    ['a new workflow', smoke(), smoke(workflow()), []],
  ] as const)('of %s', (_, before, after, expected) => {
    expect(sentences(judgeSmoke(before, after, 1.3))).toEqual(expected);
  });
});

describe('notProven', () => {
  it('counts the workflows of the person that were not run', () => {
    const told = (nOthers: number | null) =>
      notProven({ checks: undefined, boot: boot(), smoke: smoke(workflow()), nWorkflows: 1, nOthers });
    expect(told(41).at(-1)).toBe('your other 41 workflows');
    expect(told(1).at(-1)).toBe('your other workflow');
    expect(told(null).at(-1)).toBe('workflows that are not in workflows/');
  });

  it('always names what nobody tried', () => {
    expect(notProven({ checks: undefined, boot: boot(), smoke: smoke(workflow()), nWorkflows: 1 })).toEqual([
      'workflows that are not in workflows/',
    ]);
  });

  it('claims no kernels of the GPU when no workflow ran on it', () => {
    const kernels = 'GPU kernels: no workflow ran on the device';
    expect(notProven({ checks: undefined, boot: boot(), smoke: undefined, nWorkflows: 0 })).toContain(kernels);
    expect(
      notProven({ checks: undefined, boot: boot(), smoke: smoke(workflow({ failure: 'x' })), nWorkflows: 1 }),
    ).toContain(kernels);
  });

  it('claims no GPU after a proof on the CPU', () => {
    expect(notProven({ checks: undefined, boot: boot({ device: 'cpu' }), smoke: undefined, nWorkflows: 1 })).toContain(
      'GPU kernels: the proof ran on the CPU',
    );
  });

  it('says when nothing was booted, and when no workflow is there', () => {
    expect(notProven({ checks: undefined, boot: undefined, smoke: undefined, nWorkflows: 0 })).toEqual([
      'that the service boots',
      'that any workflow runs: none lies in workflows/',
      'workflows that are not in workflows/',
    ]);
  });

  it('names the workflows that failed, whatever they did before', () => {
    expect(
      notProven({ checks: undefined, boot: boot(), smoke: smoke(workflow({ failure: 'old' })), nWorkflows: 1 }),
    ).toContain('that these workflows run: portrait');
  });
});

describe('evidenceKey', () => {
  it('is another one as soon as one of its three parts is', () => {
    const keys = [
      parts,
      { ...parts, tree: 'b'.repeat(40) as GitTreeId },
      { ...parts, environment: 'e2' as EnvironmentId },
      { ...parts, components: 'c2' },
    ].map((parts) => evidenceKey(parts));
    expect(new Set(keys).size).toBe(4);
  });

  it('is another one on another graphics card or driver, and the same on a processor', () => {
    const card = (name: string, driver: string) => machineMark({ kind: 'nvidia', driver, gpus: [{ name }] });
    const machines = [card('RTX 3060', '570.1'), card('RTX 4090', '570.1'), card('RTX 3060', '580.2')];
    expect(machines[0]).toBe('RTX-3060@570.1');
    expect(new Set([null, ...machines].map((machine) => evidenceKey(parts, machine))).size).toBe(4);
    expect(machineMark({ kind: 'none' })).toBeNull();
    expect(machineMark({ kind: 'unknown' })).toBe('unknown-device');
  });
});
