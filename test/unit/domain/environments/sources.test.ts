import { describe, expect, it } from 'vitest';

import { fateOf, type SourceFacts, type SourcedPackage } from '../../../../src/domain/environments/sources.ts';

const one = (origin: SourcedPackage['origin']): SourcedPackage => ({
  name: 'x',
  version: '1',
  installer: 'pip',
  origin,
});
const facts: SourceFacts = { onIndex: 'no', wheel: null, folderIsThere: false };
const commit = 'c'.repeat(40);

describe('what happens to a package in a new environment', () => {
  it.each([
    ['the index has it', { kind: 'index' }, { onIndex: 'yes' }, null],
    ['the index does not have it', { kind: 'index' }, {}, 'would be lost: the index has no x 1'],
    [
      'the index does not answer',
      { kind: 'index' },
      { onIndex: 'unreachable' },
      'the index could not be asked whether it has this version',
    ],
    ['pip built it once and kept it', { kind: 'index' }, { wheel: '/c/x-1.whl' }, 'kept wheel: /c/x-1.whl'],
    [
      'its wheel is there',
      { kind: 'wheel', url: 'file:///w/x-1.whl' },
      { wheel: '/w/x-1.whl' },
      'kept wheel: /w/x-1.whl',
    ],
    [
      'its wheel is gone',
      { kind: 'wheel', url: 'file:///w/x-1.whl' },
      {},
      'would be lost: file:///w/x-1.whl is not there any more, and the index has no x 1',
    ],
    ['its wheel is gone, and the index has it', { kind: 'wheel', url: 'file:///w/x-1.whl' }, { onIndex: 'yes' }, null],
    ['it came from an address', { kind: 'wheel', url: 'https://e.com/x.whl' }, {}, 'rebuild from https://e.com/x.whl'],
    [
      'it came from git',
      { kind: 'vcs', url: 'git+https://e.com/x', commit },
      {},
      `rebuild from git+https://e.com/x@${commit}`,
    ],
    [
      'it came from a folder',
      { kind: 'folder', path: '/f', editable: false },
      { folderIsThere: true },
      'rebuild from /f',
    ],
    [
      'its folder is gone',
      { kind: 'folder', path: '/f', editable: false },
      {},
      'would be lost: /f is not there any more',
    ],
  ] as const)('is told: %s', (_, origin, more, sentence) => {
    expect(fateOf(one(origin), { ...facts, ...more })?.sentence ?? null).toBe(sentence);
  });

  it('is never called lost where nobody could be asked', () => {
    const unreachable = { ...facts, onIndex: 'unreachable' } as const;
    for (const origin of [{ kind: 'index' }, { kind: 'wheel', url: 'file:///gone.whl' }] as const)
      expect(fateOf(one(origin), unreachable)?.fate).toBe('unknown');
  });
});
