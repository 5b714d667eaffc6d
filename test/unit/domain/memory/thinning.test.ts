import { expect, it } from 'vitest';

import type { MemoryKind, MemoryVersion } from '../../../../src/domain/memory/entry.ts';
import { nNewestKept, thinnedVersions, versionDays } from '../../../../src/domain/memory/thinning.ts';

const dayMs = 24 * 60 * 60 * 1_000;
const nowMs = 1_000 * dayMs;

/** Versions 1 to n of an entry, all of them this old. */
function versions(n: number, ageDays: number, more: Partial<MemoryVersion> = {}): MemoryVersion[] {
  return Array.from({ length: n }, (_, index) => ({
    ...{ key: 'a.md', version: index + 1, kind: 'state', atMs: nowMs - ageDays * dayMs, sizeBytes: 1, sha256: '' },
    ...{ by: { kind: 'program', name: 'x' }, origin: 'put', run: null, evidence: [], confidence: null },
    ...{ expiresAtMs: null, supersedes: [], refutes: [], copyOf: null, refutedBy: null, isRemoved: false },
    ...more,
  }));
}
const numbers = (all: readonly MemoryVersion[]): number[] =>
  thinnedVersions(all, nowMs)
    .map(({ version }) => version)
    .sort((a, b) => a - b);

it.each(Object.entries(versionDays) as [MemoryKind, number][])(
  'lets all but the newest versions of a %s go after its time, and no day sooner',
  (kind, days) => {
    expect(numbers(versions(nNewestKept + 3, days + 1, { kind }))).toEqual([1, 2, 3]);
    expect(numbers(versions(nNewestKept + 3, days, { kind }))).toEqual([]);
    expect(numbers(versions(nNewestKept, 999, { kind }))).toEqual([]);
  },
);

it('keeps of what was taken away the newest version alone', () => {
  const all = versions(3, 999);
  expect(numbers([...all.slice(0, 2), ...versions(3, 999, { isRemoved: true }).slice(2)])).toEqual([1, 2]);
  expect(numbers(all)).toEqual([]);
});

it('keeps what was refuted, what refutes, and what another entry names', () => {
  const all = versions(nNewestKept + 6, 999);
  const change = (version: number, more: Partial<MemoryVersion>): void =>
    void all.splice(version - 1, 1, { ...(all[version - 1] as MemoryVersion), ...more });
  change(1, { refutedBy: { key: 'b.md', version: 1 } });
  change(2, { refutes: [{ key: 'c.md', version: 1 }] });
  const naming = versions(1, 0, {
    key: 'b.md',
    copyOf: { key: 'a.md', version: 3 },
    supersedes: [{ key: 'a.md', version: 4 }],
    refutes: [{ key: 'a.md', version: 5 }],
  });
  expect(numbers([...all, ...naming])).toEqual([6]);
});
