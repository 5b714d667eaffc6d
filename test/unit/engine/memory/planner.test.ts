import { describe, expect, it } from 'vitest';

import { dataOf } from '../../../../src/domain/journal/kinds.ts';
import { closedAs, passUntil } from '../../../fakes/fake-life.ts';
import { anna } from '../../../fakes/fake-world.ts';
import { approveChange, type Scene, supervised, upgrade } from '../supervisor/supervised-scene.ts';

const key = 'swarm/env-setup/failed_versions/numpy-2.1.0.json';
const index = {
  numpy: { '2.0.0': {}, '2.0.5': {}, '2.1.0': {} },
  pillow: { '11.0.0': {} },
  torch: { '2.8.0': { needs: ['numpy>=2'] } },
};

const closed = (scene: Scene, run: string) => passUntil(scene.world, () => closedAs(scene.world, run) !== undefined);
const plan = (scene: Scene) => scene.latest('plan.made')?.plan;

/** Numpy 2.1.0 did not import in run `r1`; it would now. */
async function failedOnce(): Promise<Scene> {
  const scene = await supervised({ index });
  scene.world.python.brokenModules.set('numpy', 'ImportError: no such symbol');
  await upgrade(scene);
  await closed(scene, 'r1');
  scene.world.python.brokenModules.clear();
  await passUntil(scene.world, async () => (await scene.world.context.memory.get(key)) !== undefined);
  return scene;
}

describe('a version that failed its proof here before', () => {
  it('is remembered with the row that proves it, in the list of conflicts and in the matrix too', async () => {
    const scene = await failedOnce();
    const { memory } = scene.world.context;
    const entry = await memory.get(key);
    const row = Number(entry?.evidence[0]?.slice(1));
    const [found] = scene.world.ledgers.open().read({ afterSeq: row - 1, limit: 1 });
    expect(dataOf('machine.moved', found)).toMatchObject({ subject: 'r1', to: 'failed' });
    expect(JSON.parse(entry?.text ?? '')).toMatchObject({
      package: 'numpy',
      version: '2.1.0',
      run: 'r1',
      row,
      code: 'ENVIRONMENT_IMPORT_FAILED',
    });
    expect((await memory.get('swarm/env-setup/dependency_conflicts.md'))?.text).toContain(
      `numpy 2.1.0 did not pass its proof: ENVIRONMENT_IMPORT_FAILED`,
    );
    const matrix = JSON.parse((await memory.get('swarm/env-setup/compatibility_matrix.json'))?.text ?? '') as object;
    expect(matrix).toMatchObject({ failed: [{ run: 'r1', row, packages: { numpy: '2.1.0' } }] });
  });

  it('is left out of the next plan, which says in which run and row, and the next best is taken', async () => {
    const scene = await failedOnce();
    await upgrade(scene, { previewOnly: true });
    await closed(scene, 'r2');
    expect(plan(scene)?.moves).toEqual([{ name: 'numpy', from: '2.0.0', to: '2.0.5' }]);
    const [left] = plan(scene)?.rejected ?? [];
    expect(left).toMatchObject({ name: 'numpy', version: '2.1.0' });
    expect(left?.why).toMatch(
      /^it did not pass its proof here in r1 \(#\d+, ENVIRONMENT_IMPORT_FAILED .*; memory swarm\/env-setup\/failed_versions\/numpy-2\.1\.0\.json@1\)$/,
    );
  });

  it('is taken when it is asked for by its number, with a warning, and no longer left out once it was proven', async () => {
    const scene = await failedOnce();
    await upgrade(scene, { inputs: { version: '2.1.0' } });
    await scene.until('c1', 'reviewing.deciding');
    expect(plan(scene)?.moves).toEqual([{ name: 'numpy', from: '2.0.0', to: '2.1.0' }]);
    expect(plan(scene)?.warnings.join('\n')).toMatch(
      /numpy 2\.1\.0 was asked for by its number, though it did not pass/,
    );
    await scene.ask('run.cancel', { run: 'r2', by: anna });
    await closed(scene, 'r2');
    await upgrade(scene, { previewOnly: true });
    await closed(scene, 'r3');
    expect(plan(scene)?.moves).toEqual([{ name: 'numpy', from: '2.0.0', to: '2.1.0' }]);
  });

  it('is tried again once somebody refutes the entry', async () => {
    const scene = await failedOnce();
    await scene.world.context.memory.put({
      key: 'swarm/env-setup/decisions_refuted.md',
      kind: 'decision',
      text: 'The disk was broken.\n',
      by: anna,
      refutes: [{ key, version: 1 }],
    });
    await upgrade(scene, { previewOnly: true });
    await closed(scene, 'r2');
    expect(plan(scene)?.moves).toEqual([{ name: 'numpy', from: '2.0.0', to: '2.1.0' }]);
  });

  it('A35: an entry that only claims so, or names a row that says something else, keeps nothing from being chosen', async () => {
    const scene = await supervised({ index });
    const claim = { package: 'numpy', version: '2.1.0', run: 'r1', row: 1, code: 'SMOKE_FAILED', message: 'bad' };
    const put = (text: string) =>
      scene.world.context.memory.put({
        key,
        kind: 'pattern',
        text,
        by: { kind: 'program', name: 'x' },
        evidence: ['#1'],
      });
    await put(JSON.stringify(claim));
    await upgrade(scene, { previewOnly: true });
    await closed(scene, 'r1');
    expect(plan(scene)?.moves).toEqual([{ name: 'numpy', from: '2.0.0', to: '2.1.0' }]);
    // The control: a row that does say so is believed.
    const real = await failedOnce();
    await upgrade(real, { previewOnly: true });
    await closed(real, 'r2');
    expect(plan(real)?.moves).toEqual([{ name: 'numpy', from: '2.0.0', to: '2.0.5' }]);
  });
});

describe('what a run leaves in memory', () => {
  it('is its decisions as they fell, its figures, what is left to do, and the way that worked', async () => {
    const scene = await supervised();
    await upgrade(scene);
    await scene.until('c1', 'reviewing.deciding');
    const { memory } = scene.world.context;
    await passUntil(scene.world, async () => (await memory.get('sessions/decision_logs/r1.md')) !== undefined);
    expect((await memory.get('sessions/decision_logs/r1.md'))?.text).toContain('numpy 2.0.0 → 2.1.0');
    await approveChange(scene, 'c1');
    await closed(scene, 'r1');
    const way = 'swarm/env-setup/patterns/upgrade-package.md';
    await passUntil(scene.world, async () => (await memory.get(way)) !== undefined);
    expect((await memory.get(way))?.text).toMatch(/r1 \(c1, \w+\): numpy 2\.0\.0 → 2\.1\.0 #\d+\n$/);
    await passUntil(scene.world, async () =>
      ((await memory.get('sessions/decision_logs/r1.md'))?.text ?? '').includes('ended as done'),
    );
    expect((await memory.get('sessions/decision_logs/r1.md'))?.text).toMatch(/approved by person anna/);
    expect(JSON.parse((await memory.get('sessions/execution_metrics/r1.json'))?.text ?? '')).toMatchObject({
      run: 'r1',
      state: 'done',
      playbook: 'upgrade-package',
    });
    expect((await memory.get('sessions/next_actions/r1.md'))?.text).toContain('# r1 ended as done');
    // Every version is on record, once, in the order in which it was written.
    await passUntil(scene.world, () => memory.since(scene.latest('memory.noted')?.sequence ?? 0, 1).length === 0);
    const noted = scene.world.ledgers.open().read({ kinds: ['memory.noted'], limit: 1_000 });
    const sequences = noted.map((entry) => dataOf('memory.noted', entry)?.sequence);
    expect(sequences).toEqual(sequences.map((_, at) => at + 1));
  });
});

describe('before a step', () => {
  it('its agent is given what fits its work, within the budget, and a row says what', async () => {
    const scene = await supervised({ config: 'memory: { budget: 100 B }\n' }, async ({ context: { memory } }) => {
      const by = { kind: 'program', name: 'integration-specialist' } as const;
      await memory.put({ key: 'swarm/models-integ/numpy.md', kind: 'pattern', text: 'numpy 2.1 broke a node\n', by });
      await memory.put({ key: 'swarm/models-integ/long.md', kind: 'pattern', text: `numpy ${'x'.repeat(200)}\n`, by });
      await memory.put({ key: 'swarm/models-integ/other.md', kind: 'pattern', text: 'bears live in woods\n', by });
    });
    await upgrade(scene);
    await scene.until('c1', 'reviewing.deciding');
    const given = dataOf('memory.restored', scene.world.ledgers.open().latest('memory-of:r1.lock#1'));
    expect(given).toMatchObject({
      agent: 'environment-specialist',
      entries: [{ key: 'swarm/models-integ/numpy.md', version: 1 }],
      budgetBytes: 100,
    });
    expect(given?.nLeftOut).toBeGreaterThan(0);
  });
});
