import { describe, expect, it } from 'vitest';

import type { Lock } from '../../../../src/domain/environments/lock.ts';
import { lockWishes } from '../../../../src/domain/environments/merge-locks.ts';

const lock = (versions: Readonly<Record<string, string>>, more: Partial<Lock> = {}): Lock => ({
  ...{ abi: 'cp312', platform: 'linux-x86_64' },
  packages: Object.entries(versions).map(([name, version]) => ({
    name,
    version,
    sha256: [version],
    file: '',
    sizeBytes: null,
  })),
  ...more,
});
const versionsOf = ({ packages }: Lock) => Object.fromEntries(packages.map(({ name, version }) => [name, version]));

describe('lockWishes', () => {
  const base = lock({ a: '1', b: '1', c: '1' });

  it('holds what each side moved for its own sake, and lets what moved along with both be free', () => {
    const found = lockWishes(
      { base, ours: lock({ a: '2', b: '1', c: '2' }), theirs: lock({ a: '1', b: '2', c: '3' }) },
      new Set(['a', 'b']),
    );
    expect(found).toMatchObject({
      kind: 'wishes',
      held: [
        { name: 'a', version: '2', by: 'ours' },
        { name: 'b', version: '2', by: 'theirs' },
      ],
      free: ['c'],
      removed: [],
    });
    expect(found.kind === 'wishes' && versionsOf(found.lock)).toEqual({ a: '2', b: '2' });
  });

  it('is a conflict where both moved one that somebody asks for', () => {
    const sides = { base, ours: lock({ a: '2', b: '1', c: '1' }), theirs: lock({ a: '3', b: '1', c: '1' }) };
    expect(lockWishes(sides, new Set(['a']))).toEqual({ kind: 'conflict', packages: ['a'], facts: [] });
    const gone = { ...sides, theirs: lock({ b: '1', c: '1' }) };
    expect(lockWishes(gone, new Set(['a']))).toMatchObject({ kind: 'conflict', packages: ['a'] });
  });

  it('is no conflict where both moved it to the same, nor where only the wheel differs', () => {
    const same = lock({ a: '2', b: '1', c: '1' });
    expect(lockWishes({ base, ours: same, theirs: same }, new Set(['a']))).toMatchObject({
      held: [{ name: 'a', version: '2', by: 'both' }],
    });
    const otherWheel = { ...base, packages: base.packages.map((one) => ({ ...one, sha256: ['other'] })) };
    expect(lockWishes({ base, ours: otherWheel, theirs: base }, new Set(['a']))).toMatchObject({ held: [] });
  });

  it('carries the facts of the environment from whoever moved them, and no two of them', () => {
    const build = lock({ a: '1', b: '1', c: '1' }, { build: 2 });
    expect(lockWishes({ base, ours: base, theirs: build }, new Set())).toMatchObject({ lock: { build: 2 } });
    const python = lock({ a: '1', b: '1', c: '1' }, { abi: 'cp313' });
    const other = lock({ a: '1', b: '1', c: '1' }, { abi: 'cp311' });
    expect(lockWishes({ base, ours: python, theirs: other }, new Set())).toEqual({
      ...{ kind: 'conflict', packages: [], facts: ['python'] },
    });
  });

  it('remembers what was taken away for its own sake', () => {
    const found = lockWishes(
      { base, ours: lock({ a: '1', b: '1' }), theirs: lock({ a: '2', b: '1', c: '1' }) },
      new Set(['a', 'c']),
    );
    expect(found).toMatchObject({ removed: ['c'], held: [{ name: 'a' }] });
  });
});
