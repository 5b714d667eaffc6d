import { describe, expect, it } from 'vitest';

import { type Compared, comparisonView } from '../../../src/app/views/comparison-view.ts';
import type { Evidence } from '../../../src/domain/changes/evidence.ts';
import { sceneLedger, type SceneLedger } from '../../support/scene-ledger.ts';

const before = 'b'.repeat(40);
const after = 'e'.repeat(40);
const lock = (versions: Readonly<Record<string, string>>): string =>
  [
    '# python: cp312',
    '# platform: linux-x86_64',
    ...Object.entries(versions).map(
      ([name, version]) =>
        `${name}===${version} --hash=sha256:${'0'.repeat(64)}  # file=${name}-${version}-py3-none-any.whl size=1`,
    ),
    '',
  ].join('\n');

const picture = (sha256: string, isFlat = false) => ({
  widthPx: 64,
  heightPx: 64,
  isFlat,
  sha256,
  sizeBytes: 900,
  file: 'a.png',
});

function add(scene: SceneLedger, tree: string, startMs: number, sha256: string, device = 'cpu'): void {
  const common = { key: `key-${tree[0]}`, run: 'r1', tree, environment: 'env', components: 'c' } as unknown as Pick<
    Evidence,
    'key' | 'run' | 'tree' | 'environment' | 'components'
  >;
  const boot = {
    ...common,
    part: 'boot',
    grade: 'api',
    instance: 'i1',
    port: 1,
    pid: 1,
    startMs,
    device,
    pytorchVersion: '2',
    failedImports: [],
  } as const;
  const nodeClasses = tree === before ? ['KSampler', 'Old'] : ['KSampler', 'New'];
  const smoke = {
    ...common,
    part: 'smoke',
    grade: 'generation',
    instance: 'i1',
    device,
    workflows: [{ name: 'portrait', durationMs: startMs * 2, pictures: [picture(sha256)], failure: null }],
  } as const;
  for (const evidence of [{ ...boot, nodeClasses }, smoke] as const)
    scene.add(
      'evidence.recorded',
      { evidence },
      { keys: [`evidence:${evidence.key}:${evidence.part}`, `evidence-of:${tree}:${evidence.part}`] },
    );
}

const compared = (more: Partial<Compared> = {}): Compared => ({
  beforeTree: before,
  afterTree: after,
  before: { lock: lock({ numpy: '2.0.0', torch: '2.8.0' }), components: null },
  after: { lock: lock({ scipy: '1.0.0', torch: '2.11.0' }), components: null },
  keyOf: () => `key-${after[0]}`,
  row: 7,
  fileOf: (instance, file) => `/instances/${instance}/${file}`,
  ...more,
});

describe('a change, before and after', () => {
  it('is compared by package, time, picture and node class, each with the rows that hold it', () => {
    const scene = sceneLedger();
    add(scene, before, 4_000, 'aa');
    add(scene, after, 5_000, 'bb');
    expect(comparisonView(scene.ledger, compared())).toMatchObject({
      packages: [
        { name: 'numpy', from: '2.0.0', to: null },
        { name: 'scipy', from: null, to: '1.0.0' },
        { name: 'torch', from: '2.8.0', to: '2.11.0' },
      ],
      timing: [
        { what: 'start', beforeMs: 4_000, afterMs: 5_000, isComparable: true, rows: [1, 3] },
        { what: 'portrait', beforeMs: 8_000, afterMs: 10_000, isComparable: true, rows: [2, 4] },
      ],
      pictures: [
        { workflow: 'portrait', number: 1, isSame: false, wasFlat: false, file: '/instances/i1/a.png', rows: [2, 4] },
      ],
      nodes: { lost: ['Old'], gained: ['New'], rows: [1, 3] },
      row: 7,
    });
  });

  it('claims nothing of what nobody measured: neither before the gate, nor without a baseline', () => {
    const scene = sceneLedger();
    add(scene, before, 4_000, 'aa');
    expect(comparisonView(scene.ledger, compared({ keyOf: null }))).toMatchObject({
      timing: [
        { what: 'start', beforeMs: 4_000, afterMs: null },
        { what: 'portrait', beforeMs: 8_000, afterMs: null },
      ],
      pictures: [],
      nodes: null,
    });
    const fresh = sceneLedger();
    add(fresh, after, 5_000, 'bb');
    expect(comparisonView(fresh.ledger, compared())).toMatchObject({
      timing: [{ beforeMs: null, afterMs: 5_000 }, { beforeMs: null }],
      pictures: [{ isSame: null, wasFlat: null, rows: [2] }],
      nodes: null,
    });
  });

  it('says that a card and a CPU are not to be compared', () => {
    const scene = sceneLedger();
    add(scene, before, 4_000, 'aa', 'cuda');
    add(scene, after, 5_000, 'aa', 'cpu');
    const { timing, pictures } = comparisonView(scene.ledger, compared());
    expect(timing.every(({ isComparable }) => !isComparable)).toBe(true);
    expect(pictures[0]?.isSame).toBe(true);
  });

  it('tells what cannot be read instead of calling it the same', () => {
    const { packages, unread } = comparisonView(
      sceneLedger().ledger,
      compared({ after: { lock: '<<<<<<< mine\n', components: null } }),
    );
    expect(unread).toHaveLength(1);
    expect(unread[0]).toContain('conflict mark');
    expect(packages).toBeNull();
  });
});
