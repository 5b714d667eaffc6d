import { describe, expect, it } from 'vitest';

import type { FaultCode } from '../../../../src/base/fault.ts';
import {
  askedMove,
  failedVersionKey,
  failedVersionOf,
  printFailedVersion,
  readFailedVersion,
} from '../../../../src/domain/memory/failed-version.ts';
import { keyProblem } from '../../../../src/domain/memory/key.ts';
import type { Plan } from '../../../../src/domain/plans/plan.ts';
import { sceneWith } from './fact-scene.ts';

const moves = [
  { name: 'torch', from: '2.8.0', to: '2.11.0+cu128' },
  { name: 'numpy', from: '1.26.0', to: '2.1.0' },
];
const plan = (given: Partial<Plan> = {}) => ({ moves, inputs: { version: '', cuda: '' }, ...given });

describe('the version that a failure is blamed on', () => {
  it.each<[FaultCode, boolean]>([
    ['SMOKE_FAILED', true],
    ['ENVIRONMENT_IMPORT_FAILED', true],
    ['INSTANCE_BOOT_FAILED', true],
    ['DISK_FULL', false],
    ['INDEX_UNREACHABLE', false],
    ['PORT_TAKEN', false],
    ['WAITING_FOR_PERSON', false],
    ['INSTANCE_NOT_PROVEN', false],
  ])('%s: %s', (code, isAbout) => {
    const scene = sceneWith(plan());
    const row = scene.gateFailed(code);
    expect(failedVersionOf(row, scene.ledger)?.version).toBe(isAbout ? '2.11.0+cu128' : undefined);
  });

  it('is the one that was asked about, and none where many were moved that nobody named', () => {
    const goal = { kind: 'work' } as const;
    expect(askedMove({ goal, moves, inputs: { package: 'NumPy>=2' } })).toMatchObject({ name: 'numpy', to: '2.1.0' });
    expect(askedMove({ goal, moves, inputs: { cuda: 'cu128' } })).toMatchObject({ name: 'torch' });
    expect(askedMove({ goal, moves, inputs: {} })).toBeUndefined();
    expect(askedMove({ goal, moves, inputs: { package: 'pillow' } })).toBeUndefined();
    expect(
      askedMove({ goal, moves: [{ name: 'numpy', from: '1', to: null }], inputs: { package: 'numpy' } }),
    ).toBeUndefined();
  });

  it('is told once where a gate fails a run, and also where production was taken back', () => {
    const scene = sceneWith(plan());
    scene.gateFailed('SMOKE_FAILED');
    expect(failedVersionOf(scene.runFailed('reviewing', 'SMOKE_FAILED'), scene.ledger)).toBeUndefined();
    expect(failedVersionOf(scene.runFailed('executing', 'SMOKE_FAILED'), scene.ledger)).toMatchObject({ run: 'r1' });
    expect(failedVersionOf(scene.reverted(), scene.ledger)).toMatchObject({
      code: 'REVERTED',
      version: '2.11.0+cu128',
    });
  });
});

it('is kept under a key, whatever its version looks like, and read back', () => {
  const failed = {
    package: 'torch',
    version: '2.11.0+cu128',
    run: 'r1',
    row: 7,
    tree: 'env-setup',
    code: 'SMOKE_FAILED',
    message: 'x',
    moves,
  };
  const key = failedVersionKey(failed);
  expect(key).toBe('swarm/env-setup/failed_versions/torch-2.11.0-cu128.json');
  expect(keyProblem(key)).toBeUndefined();
  expect(keyProblem(failedVersionKey({ ...failed, version: '1!2.0.POST1 /../x' }))).toBeUndefined();
  expect(readFailedVersion(printFailedVersion(failed))).toEqual({
    package: 'torch',
    version: '2.11.0+cu128',
    run: 'r1',
    row: 7,
  });
});

it.each([
  '',
  '{',
  '[]',
  '{"package": 1}',
  '{"package":"a","version":"1","run":"r1","row":0}',
  '{"__proto__": {"row": 1}}',
])('is nothing in %s', (text) => {
  expect(readFailedVersion(text)).toBeUndefined();
  expect(({} as Record<string, unknown>)['row']).toBeUndefined();
});
