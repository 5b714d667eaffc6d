import { createHash } from 'node:crypto';

import { describe, expect, it } from 'vitest';

import {
  borrowedChanges,
  borrowedLock,
  packagesToRecord,
  touchedPackages,
} from '../../../../src/domain/environments/borrowed.ts';
import { environmentId } from '../../../../src/domain/environments/environment-id.ts';
import { readLock } from '../../../../src/domain/environments/lock.ts';

const one = (name: string, version: string, mark = 'm') => ({ name, version, mark });

describe('what changed in a borrowed environment', () => {
  it.each([
    ['a newer version', [one('torch', '2.8.0')], [one('torch', '2.9.1')], ['torch 2.8.0 → 2.9.1']],
    ['a package more', [], [one('rgthree', '1.0')], ['rgthree 1.0 added']],
    ['a package less', [one('numpy', '1.26.4')], [], ['numpy 1.26.4 removed']],
    ['other files of the same version', [one('numpy', '1', 'a')], [one('numpy', '1', 'b')], ['files of numpy 1']],
    ['files without a package', [one('numpy', '1')], [one('numpy', '1')], ['files that belong to no package']],
  ])('is named: %s', (_, before, now, changes) => {
    expect(borrowedChanges(before, now)).toEqual(changes);
  });

  it('is sorted by name and leaves out what stayed', () => {
    const before = [one('a', '1'), one('b', '1'), one('z', '1')];
    expect(borrowedChanges(before, [one('z', '2'), one('a', '1'), one('c', '1')])).toEqual([
      'b 1 removed',
      'c 1 added',
      'z 1 → 2',
    ]);
  });
});

describe('times of files that moved', () => {
  const frame = 'f';
  const of = (mark: string, record: string | null = 'r', version = '1') => ({ name: 'numpy', version, mark, record });
  const torch = { name: 'torch', version: '2', mark: 't', record: 'rt' };

  it('are told from changes: those packages have to be read', () => {
    expect(touchedPackages({ frame, packages: [of('a'), torch] }, { frame, packages: [of('b'), torch] })).toEqual([
      'numpy',
    ]);
  });

  it.each([
    ['a path or size moved', { frame, packages: [of('a')] }, { frame: 'g', packages: [of('b')] }],
    ['an old row says nothing of it', { packages: [of('a')] }, { frame, packages: [of('b')] }],
    ['the list of its files moved', { frame, packages: [of('a')] }, { frame, packages: [of('b', 'other')] }],
    ['it was edited before', { frame, packages: [of('a', null)] }, { frame, packages: [of('b')] }],
    ['it has no list of its files', { frame, packages: [of('a', null)] }, { frame, packages: [of('b', null)] }],
    ['the version moved', { frame, packages: [of('a')] }, { frame, packages: [of('b', 'r', '2')] }],
    ['there is one more', { frame, packages: [of('a')] }, { frame, packages: [of('b'), torch] }],
    ['no package has them', { frame, packages: [of('a')] }, { frame, packages: [of('a')] }],
  ])('are not all that moved where %s', (_, before, now) => {
    expect(touchedPackages(before, now)).toEqual([]);
  });

  it('are not forgiven a package that was edited since an earlier record, until it is installed anew', () => {
    expect(packagesToRecord(undefined, [of('a')])).toEqual([of('a')]);
    const edited = packagesToRecord([of('a')], [of('b')]);
    expect(edited).toEqual([of('b', null)]);
    expect(packagesToRecord(edited, [of('b')])).toEqual([of('b', null)]);
    expect(packagesToRecord(edited, [of('c', 'r2', '2')])).toEqual([of('c', 'r2', '2')]);
  });
});

describe('the lock of an environment that was found', () => {
  const found = (packages: readonly { name: string; version: string }[], fingerprint = 'a'.repeat(64)) =>
    borrowedLock({ python: '/v/bin/python', abi: 'cp311', platform: 'linux-x86_64', fingerprint, packages });

  it('names its interpreter and its packages, and not the installer', () => {
    const { lockText, unnamed } = found([one('torch', '2.8.0+cu128'), one('pip', '24.0')]);
    const lock = readLock({ file: 'requirements.lock', text: lockText });
    expect(lock.borrowed).toBe('/v/bin/python');
    expect(lock.packages.map(({ name }) => name)).toEqual(['torch']);
    expect(unnamed).toEqual([]);
  });

  it('is another one when files moved and no version did', () => {
    const [before, after] = ['a', 'b'].map((digit) => found([one('torch', '2.8.0')], digit.repeat(64)).lockText);
    expect(after).not.toBe(before);
    const environment = (lockText = '') =>
      environmentId(
        { lockText, python: { version: '', abi: '', platform: '' }, accelerator: 'any', installer: 'borrowed' },
        (text) => createHash('sha256').update(text).digest('hex'),
      );
    expect(environment(after)).not.toBe(environment(before));
  });

  it('tells which packages no lock can name', () => {
    const { lockText, unnamed } = found([one('torch', '2.8.0'), one('old-thing', '1.0 beta')]);
    expect(unnamed).toEqual(['old-thing']);
    expect(readLock({ file: 'requirements.lock', text: lockText }).packages).toHaveLength(1);
  });
});
