import { describe, expect, it } from 'vitest';

import { borrowedChanges, borrowedLock } from '../../../../src/domain/environments/borrowed.ts';
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

describe('the lock of an environment that was found', () => {
  const found = (packages: readonly { name: string; version: string }[]) =>
    borrowedLock({ python: '/v/bin/python', abi: 'cp311', platform: 'linux-x86_64', packages });

  it('names its interpreter and its packages, and not the installer', () => {
    const { lockText, unnamed } = found([one('torch', '2.8.0+cu128'), one('pip', '24.0')]);
    const lock = readLock({ file: 'requirements.lock', text: lockText });
    expect(lock.borrowed).toBe('/v/bin/python');
    expect(lock.packages.map(({ name }) => name)).toEqual(['torch']);
    expect(unnamed).toEqual([]);
  });

  it('tells which packages no lock can name', () => {
    const { lockText, unnamed } = found([one('torch', '2.8.0'), one('old-thing', '1.0 beta')]);
    expect(unnamed).toEqual(['old-thing']);
    expect(readLock({ file: 'requirements.lock', text: lockText }).packages).toHaveLength(1);
  });
});
