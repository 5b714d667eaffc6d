import { expect, it } from 'vitest';

import type { MemoryVersion } from '../../../../src/domain/memory/entry.ts';
import { rankForTask, taskWords, withinBudget } from '../../../../src/domain/memory/relevance.ts';

const nowMs = Date.UTC(2026, 0, 1);
const version = (given: Partial<MemoryVersion>): MemoryVersion => ({
  key: 'swarm/env-setup/a.md',
  version: 1,
  kind: 'state',
  by: { kind: 'program', name: 'x' },
  origin: 'put',
  run: null,
  evidence: [],
  confidence: null,
  expiresAtMs: null,
  supersedes: [],
  refutes: [],
  copyOf: null,
  refutedBy: null,
  isRemoved: false,
  atMs: nowMs,
  sizeBytes: 10,
  sha256: 'a',
  ...given,
});
const ranked = (...found: { score?: number; version: Partial<MemoryVersion> }[]) =>
  rankForTask(
    found.map(({ score = 1, version: given }) => ({ score, version: version(given) })),
    { tree: 'env-setup', nowMs },
  ).map(({ key }) => key);

it('puts words first, then the own tree, kind, confidence and age', () => {
  expect(ranked({ score: 1, version: { key: 'a' } }, { score: 5, version: { key: 'b' } })).toEqual(['b', 'a']);
  expect(ranked({ version: { key: 'swarm/other/a' } }, { version: { key: 'swarm/env-setup/b' } })[0]).toBe(
    'swarm/env-setup/b',
  );
  expect(ranked({ version: { key: 'a', kind: 'session' } }, { version: { key: 'b', kind: 'decision' } })).toEqual([
    'b',
    'a',
  ]);
  expect(ranked({ version: { key: 'a', confidence: 0.1 } }, { version: { key: 'b', confidence: 1 } })).toEqual([
    'b',
    'a',
  ]);
  expect(ranked({ version: { key: 'a', atMs: 0 } }, { version: { key: 'b' } })).toEqual(['b', 'a']);
  expect(ranked({ version: { key: 'b' } }, { version: { key: 'a' } })).toEqual(['a', 'b']);
  // A clock that was ahead makes nothing worth more.
  expect(ranked({ version: { key: 'b', atMs: nowMs * 2 } }, { version: { key: 'a' } })).toEqual(['a', 'b']);
  expect(ranked()).toEqual([]);
});

it('takes whole entries as far as the budget goes, and counts the rest', () => {
  const sizes = [50, 60, 40].map((sizeBytes) => ({ sizeBytes }));
  expect(withinBudget(sizes, 100)).toEqual({ taken: [{ sizeBytes: 50 }, { sizeBytes: 40 }], nBytes: 90, nLeftOut: 1 });
  expect(withinBudget(sizes, 0)).toEqual({ taken: [], nBytes: 0, nLeftOut: 3 });
});

it('looks for words that say something, each once', () => {
  expect(taskWords(['Upgrade the PyTorch of it', 'upgrade torch 2.11'])).toBe('upgrade pytorch torch 11');
  expect(taskWords([''])).toBe('');
  expect(taskWords([Array.from({ length: 100 }, (_, n) => `word${n}`).join(' ')]).split(' ')).toHaveLength(24);
});
