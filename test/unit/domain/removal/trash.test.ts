import { describe, expect, it } from 'vitest';

import { keepsInPlace, type Obstacle } from '../../../../src/domain/removal/plan.ts';
import { placeKind, runOfPlace } from '../../../../src/domain/removal/trash.ts';

describe('the layout of the trash', () => {
  it.each([
    ['r7-env-setup', ['env-setup.mb3k-0f12ab'], { what: 'found', isOne: false }],
    ['r7-env-setup/env-setup.mb3k-0f12ab', ['notes.md'], { what: 'slot-files', name: 'env-setup' }],
    ['env-setup/env-setup@2.mb3k-0f12ab', ['slot', '.git-administration'], { what: 'slot', name: 'env-setup@2' }],
    ['removed-0123456789ab', ['env-setup.mb3k-0f12ab'], { what: 'slot', name: 'env-setup', isOne: true }],
    ['removed-0123456789ab', ['i7'], { what: 'instance', name: 'i7', isOne: true }],
    ['outside', ['o3'], { isOne: false }],
    ['outside/o3', ['ComfyUI'], { what: 'outside', name: 'o3', isOne: true }],
    ['instances/i3', ['outside-packages'], { what: 'packages', name: 'i3' }],
    ['instances/i4', ['ComfyUI'], { what: 'instance', name: 'i4' }],
    ['r2-drifted/e1', ['lib'], { what: 'environment', name: 'e1' }],
    ['mine', ['of-mine.txt'], { what: 'found', name: 'mine', isOne: true }],
  ] as const)('tells what %s is, with %j in it', (path, names, expected) => {
    expect(placeKind(path, names)).toMatchObject(expected);
  });

  it('tells the run that something was moved out of the way for', () => {
    expect(runOfPlace('r7-env-setup/env-setup.mb3k-0f12ab')).toBe('r7');
    expect(runOfPlace('env-setup/env-setup.mb3k-0f12ab')).toBeNull();
  });
});

it.each<[Obstacle, boolean]>([
  ['dirty', false],
  ['unmerged', false],
  ['live', true],
  ['leased', true],
  ['locked', true],
  ['adopted', true],
  ['unreadable', true],
])('what is %s stays where it is, though the trash was asked for: %s', (obstacle, stays) => {
  const reasons = [{ obstacle, sentence: 'x' }];
  expect(keepsInPlace(reasons, true)).toBe(stays);
  expect(keepsInPlace(reasons, false)).toBe(true);
});
