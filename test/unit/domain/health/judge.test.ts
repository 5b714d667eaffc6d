import { expect, it } from 'vitest';

import { judgeDisk, judgeLatency, judgeMemory, type Level } from '../../../../src/domain/health/judge.ts';
import { lookedAgain, steadyAt } from '../../../../src/domain/health/steady.ts';

const config = {
  intervalMs: 60_000,
  diskWarningBytes: 10e9,
  diskCriticalBytes: 2e9,
  memoryWarning: 0.08,
  patience: 3,
};

/** The same numbers each time. */
function chance(): () => number {
  let seed = 1;
  return () => (seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31) / 2 ** 31;
}

function day(memory: (n: number, random: () => number) => number): { moves: number; told: Level } {
  const random = chance();
  let steady = steadyAt<Level>('good');
  let moves = 0;
  for (let n = 0; n < 1_440; n += 1) {
    const level = judgeMemory({ totalBytes: 32e9, availableBytes: memory(n, random) }, steady.told, config);
    const after = lookedAgain(steady, level, config.patience);
    if (after.told !== steady.told) moves += 1;
    steady = after;
  }
  return { moves, told: steady.told };
}

it('tells nothing of a quiet day with jitter', () => {
  expect(day((_, random) => (random() < 0.01 ? 1e9 : 8e9 + random() * 8e9))).toEqual({ moves: 0, told: 'good' });
});

it('tells memory that is short once, though it swings about the threshold', () => {
  expect(day((n, random) => (n < 700 ? 9e9 : 2.4e9 + random() * 0.3e9))).toEqual({ moves: 1, told: 'warning' });
});

it('takes a disk for short until there is room beyond the threshold', () => {
  expect(judgeDisk(9.9e9, 'good', config)).toBe('warning');
  expect(judgeDisk(10.5e9, 'warning', config)).toBe('warning');
  expect(judgeDisk(11.5e9, 'warning', config)).toBe('good');
  expect(judgeDisk(1e9, 'good', config)).toBe('critical');
});

it('knows nothing of latency before it knows what is usual', () => {
  expect(judgeLatency(9_000, [5, 5], 'good')).toBeNull();
  expect(
    judgeLatency(
      9_000,
      Array.from({ length: 20 }, () => 5),
      'good',
    ),
  ).toBe('warning');
  expect(
    judgeLatency(
      300,
      Array.from({ length: 20 }, () => 5),
      'good',
    ),
  ).toBe('good');
});
