import { expect, it } from 'vitest';

import { type ClaimFacts, judgeSteal, type StealGround } from '../../../../src/domain/scale/claims.ts';

const minute = 60_000;
const facts: ClaimFacts = { status: 'active', statusMs: 5 * minute, quietMs: minute, nActive: 1 };

it.each<[StealGround, Partial<ClaimFacts>, boolean]>([
  ['voluntary', { status: 'stealable' }, true],
  ['voluntary', {}, false],
  ['stale', { statusMs: 31 * minute, quietMs: 30 * minute }, true],
  ['stale', { statusMs: 31 * minute, quietMs: 29 * minute }, false],
  ['stale', { statusMs: 2 * minute, quietMs: 90 * minute }, false],
  ['blocked-timeout', { status: 'blocked', statusMs: 15 * minute }, true],
  ['blocked-timeout', { status: 'blocked', statusMs: 14 * minute }, false],
  ['blocked-timeout', { status: 'paused', statusMs: 60 * minute }, false],
  ['overloaded', { nActive: 3 }, true],
  ['overloaded', { nActive: 2 }, false],
])('%s with %j holds: %s', (ground, given, holds) => {
  expect(judgeSteal(ground, { ...facts, ...given }).holds).toBe(holds);
});

it('says what was found, and what would do', () => {
  expect(judgeSteal('stale', facts).fact).toBe('the newest row about it is 1 min old; 30 min would do');
});
