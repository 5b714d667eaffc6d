import fc from 'fast-check';
import { expect, test } from 'vitest';

import { inLine, priorities, type Waiting } from '../../../../src/domain/queue/rank.ts';

const minutes = (n: number): number => n * 60_000;
const idsOf = (waiting: readonly Waiting[]): string[] => inLine(waiting).map(({ id }) => id);

test('who came first is first, at the same priority', () => {
  expect(
    idsOf([
      { id: 'c12', priority: 'normal', sinceMs: 5 },
      { id: 'c9', priority: 'normal', sinceMs: 5 },
      { id: 'c3', priority: 'normal', sinceMs: 4 },
    ]),
  ).toEqual(['c3', 'c9', 'c12']);
});

test('a critical one goes before a low one that came a little earlier', () => {
  expect(
    idsOf([
      { id: 'c1', priority: 'low', sinceMs: 0 },
      { id: 'c2', priority: 'critical', sinceMs: minutes(89) },
    ]),
  ).toEqual(['c2', 'c1']);
});

test('a low one does not starve: after an hour and a half nothing that comes goes before it', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...priorities),
      fc.integer({ min: minutes(90) + 1, max: minutes(10_000) }),
      (priority, sinceMs) => {
        expect(
          idsOf([
            { id: 'c1', priority: 'low', sinceMs: 0 },
            { id: 'c2', priority, sinceMs },
          ]),
        ).toEqual(['c1', 'c2']);
      },
    ),
  );
});
