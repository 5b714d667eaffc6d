import { hash } from 'node:crypto';

import { describe, expect, it } from 'vitest';

import type { QuestionAnswer } from '../../../../src/domain/changes/questions.ts';
import { gatedOf, gateRowOf } from '../../../../src/engine/changes/gate.ts';
import { questions } from '../../../../src/engine/changes/questions.ts';
import { createProofs } from '../../../../src/engine/proofs/proofs.ts';
import type { FakeBoot } from '../../../fakes/fake-service.ts';
import { configText, homeDir, installed, lockOf } from '../../../fakes/fake-world.ts';
import { type ChangeScene, changeScene, gated, never, passing, type SceneOptions, upgraded } from './change-scene.ts';

const docs = { 'docs/env-setup/a.md': 'a\n' };

/** The branch was booted and ran its workflows as `before`, the change as `after`. */
async function proven(options: SceneOptions & { before?: FakeBoot; after?: FakeBoot } = {}): Promise<ChangeScene> {
  const { before, after, ...rest } = options;
  const scene = await changeScene(rest);
  const { world, engine } = scene;
  if (before !== undefined) {
    world.service.boot = () => before;
    const proofs = createProofs(engine, {
      run: 'r1',
      effectKey: 'r1.record#1',
      port: 8191,
      signal: never,
      index: engine.config.python.index,
    });
    const base = await world.store.treeOf(world.first);
    await passing(
      world,
      proofs.boot(base).then(() => proofs.smoke(base)),
    );
  }
  world.service.boot = () => after ?? {};
  await gated(scene);
  return scene;
}

async function answer(scene: ChangeScene, id: string): Promise<Omit<QuestionAnswer, 'id' | 'question'>> {
  const last = gatedOf(scene.engine, 'c1');
  if (last === undefined) throw new Error('nothing was gated');
  const question = questions[id];
  if (question === undefined) throw new Error(`no question ${id}`);
  return question.answer(scene.engine, { drafted: scene.drafted, gated: last, gateRow: gateRowOf(scene.engine, 'c1') });
}

const rowKind = ({ world }: ChangeScene, seq: number | undefined) =>
  world.ledgers.open().read({ limit: 1_000 })[(seq ?? 0) - 1]?.kind;

it('has eleven questions, each a sentence that can be answered with yes', () => {
  expect(Object.keys(questions)).toHaveLength(11);
  for (const { question } of Object.values(questions)) expect(question).toMatch(/^[A-Z].*\?$/);
});

it.each(['node-classes-kept', 'custom-nodes-import', 'workflows-ran', 'disk-space-left', 'start-time-kept'])(
  'has nothing to ask about %s when the change touches only documents',
  async (id) => {
    expect(await answer(await proven({ edits: docs }), id)).toMatchObject({
      verdict: 'not-applicable',
      rows: [],
      facts: [expect.any(String) as string],
    });
  },
);

describe('node-classes-kept', () => {
  it('is yes with the row of the boot when none is lost', async () => {
    const scene = await proven({ before: { nodeClasses: ['A', 'B'] }, after: { nodeClasses: ['A', 'B', 'C'] } });
    const { verdict, facts, rows } = await answer(scene, 'node-classes-kept');
    expect({ verdict, facts }).toEqual({ verdict: 'yes', facts: ['3 node classes, 2 before; 0 lost, 1 new.'] });
    expect(rowKind(scene, rows[0])).toBe('evidence.recorded');
  });

  it('is yes without a recorded boot of the branch, and says so', async () => {
    expect(await answer(await proven(), 'node-classes-kept')).toMatchObject({
      verdict: 'yes',
      facts: ['2 node classes; the branch has no recorded boot to compare with.'],
    });
  });

  it('is no when the exact tree was not booted', async () => {
    const scene = await proven({ after: { ends: 'dies' } });
    const { verdict, facts, rows } = await answer(scene, 'node-classes-kept');
    expect({ verdict, facts }).toEqual({ verdict: 'no', facts: ['No boot of the exact tree is on record.'] });
    expect(rowKind(scene, rows[0])).toBe('change.gated');
  });
});

describe('custom-nodes-import', () => {
  it('counts the packs that fail, and compares with before', async () => {
    const log = ['0.1 seconds (IMPORT FAILED): /x/custom_nodes/old'];
    expect(await answer(await proven({ before: { log }, after: { log } }), 'custom-nodes-import')).toMatchObject({
      verdict: 'yes',
      facts: ['1 packs fail to import, 1 before.'],
    });
  });

  it('is no without a boot', async () => {
    expect(await answer(await proven({ after: { ends: 'dies' } }), 'custom-nodes-import')).toMatchObject({
      verdict: 'no',
    });
  });
});

describe('model-paths-untouched', () => {
  it('is yes when they are not among the changed paths', async () => {
    expect(await answer(await proven(), 'model-paths-untouched')).toMatchObject({
      verdict: 'yes',
      facts: ['extra_model_paths.yaml is not among the changed paths.'],
    });
  });

  it('is no when they are', async () => {
    expect(
      await answer(await proven({ edits: { 'extra_model_paths.yaml': 'x: {}\n' } }), 'model-paths-untouched'),
    ).toMatchObject({ verdict: 'no' });
  });
});

describe('workflows-ran', () => {
  it('names every workflow with its pictures and its time', async () => {
    const scene = await proven();
    const { verdict, facts, rows } = await answer(scene, 'workflows-ran');
    expect({ verdict, facts }).toEqual({ verdict: 'yes', facts: ['portrait: 1 picture(s), not flat, 2000 ms.'] });
    expect(rowKind(scene, rows[0])).toBe('evidence.recorded');
  });

  it('is no when one failed, though it failed before as well', async () => {
    const broken: FakeBoot = { runs: () => ({ kind: 'failed', reason: 'KSampler: boom' }) };
    expect(await answer(await proven({ before: broken, after: broken }), 'workflows-ran')).toMatchObject({
      verdict: 'no',
      facts: ['portrait: KSampler: boom'],
    });
  });

  it('is no when none ran', async () => {
    expect(await answer(await proven({ after: { ends: 'dies' } }), 'workflows-ran')).toMatchObject({
      verdict: 'no',
      facts: ['No workflow run of the exact tree is on record.'],
    });
  });

  it('has nothing to ask where there is no workflow', async () => {
    expect(await answer(await proven({ workflows: {} }), 'workflows-ran')).toMatchObject({
      verdict: 'not-applicable',
      facts: ['There is no workflow in workflows/.'],
    });
  });
});

describe('restore-point-exists', () => {
  it('names the restore point of the base', async () => {
    expect(await answer(await proven(), 'restore-point-exists')).toMatchObject({
      verdict: 'yes',
      facts: [expect.stringContaining('restore/0000-adopted names the base') as string],
    });
  });

  it('says that one is made for a base that was committed by hand', async () => {
    const scene = await changeScene();
    scene.world.home.commitByHand({ 'docs/mine.md': 'mine\n' });
    await gated(scene);
    expect(await answer(scene, 'restore-point-exists')).toMatchObject({
      verdict: 'yes',
      facts: [expect.stringContaining('was committed by hand') as string],
    });
  });
});

describe('undo-works-offline', () => {
  it('is yes when the environment of the base is on disk as built', async () => {
    expect(await answer(await proven(), 'undo-works-offline')).toMatchObject({
      verdict: 'yes',
      facts: [expect.stringMatching(/^Environment \w+ is on disk, \d+ (?:bytes|kB), every file as built\.$/) as string],
    });
  });

  it('is yes when it is gone and every wheel is kept, no when one is not', async () => {
    const scene = await proven();
    const { engine, world } = scene;
    for (const name of await world.files.list(engine.paths.envs))
      await world.files.remove(`${engine.paths.envs}/${name}`);
    expect(await answer(scene, 'undo-works-offline')).toMatchObject({
      verdict: 'yes',
      facts: [expect.stringContaining('is missing') as string, 'Every wheel of its lock is kept.'],
    });
    await world.files.remove(`${engine.paths.wheels}/${hash('sha256', 'pillow-11.0.0-py3-none-any.whl')}`);
    expect(await answer(scene, 'undo-works-offline')).toMatchObject({
      verdict: 'no',
      facts: [expect.any(String) as string, 'Wheels not kept: pillow 11.0.0.'],
    });
  });
});

describe('disk-space-left', () => {
  it('compares the room with the new environment', async () => {
    const scene = await proven();
    expect(await answer(scene, 'disk-space-left')).toMatchObject({ verdict: 'yes' });
    scene.world.files.free = 1;
    expect(await answer(scene, 'disk-space-left')).toMatchObject({
      verdict: 'no',
      facts: [expect.stringMatching(/^\d+ (?:bytes|kB) free; the new environment takes \d+ (?:bytes|kB)\.$/) as string],
    });
  });
});

describe('start-time-kept', () => {
  it('is yes within the noise of a short start', async () => {
    expect(await answer(await proven({ before: {} }), 'start-time-kept')).toMatchObject({
      verdict: 'yes',
      facts: [expect.stringMatching(/^Starts in \d+ ms, \d+ ms before\.$/) as string],
    });
  });

  it('is no without a boot', async () => {
    expect(await answer(await proven({ after: { ends: 'dies' } }), 'start-time-kept')).toMatchObject({ verdict: 'no' });
  });
});

describe('ports-untouched', () => {
  it('is yes when production keeps its port', async () => {
    expect(await answer(await proven(), 'ports-untouched')).toMatchObject({
      verdict: 'yes',
      facts: ['The service port is 8188 on both sides.'],
    });
  });

  it('is no with both ports when it does not', async () => {
    const scene = await proven({ edits: { 'orchestrate.yaml': configText().replace('8188', '9000') } });
    expect(await answer(scene, 'ports-untouched')).toMatchObject({
      verdict: 'no',
      facts: ['The service port is 9000, 8188 before.'],
    });
  });
});

describe('lock-matches-requirements', () => {
  it('is yes when every requirement is met', async () => {
    expect(await answer(await proven(), 'lock-matches-requirements')).toMatchObject({
      verdict: 'yes',
      facts: ['Every line of requirements.in is met by requirements.lock.'],
    });
  });

  it('names every requirement that is not', async () => {
    const edits = { ...upgraded, 'requirements.in': 'numpy<2.1\nscipy\n' };
    expect(await answer(await proven({ edits }), 'lock-matches-requirements')).toMatchObject({
      verdict: 'no',
      facts: ['The lock has numpy 2.1.0, which does not meet <2.1.', 'The lock has no scipy.'],
    });
  });
});

describe('imports-pass', () => {
  it('names what was imported, with its row', async () => {
    const scene = await proven();
    const { verdict, facts, rows } = await answer(scene, 'imports-pass');
    expect({ verdict, facts }).toEqual({ verdict: 'yes', facts: ['numpy 1.0.'] });
    expect(rowKind(scene, rows[0])).toBe('evidence.recorded');
  });

  it('is no when the imports of the exact tree were not checked', async () => {
    const scene = await changeScene({ edits: { 'requirements.lock': lockOf({ ...installed, numpy: '2.1.0' }) } });
    scene.world.python.brokenModules.set('numpy', 'ImportError');
    await gated(scene);
    expect(await answer(scene, 'imports-pass')).toMatchObject({ verdict: 'no' });
  });
});

it('reads nothing of the person but the declared files', async () => {
  const scene = await proven();
  scene.world.files.put(`${homeDir}/requirements.in`, 'evil\n');
  expect(await answer(scene, 'lock-matches-requirements')).toMatchObject({ verdict: 'yes' });
});
