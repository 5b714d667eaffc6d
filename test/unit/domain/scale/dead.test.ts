import { expect, it } from 'vitest';

import { type AttemptSigns, judgeAttempt, quietLimitMs } from '../../../../src/domain/scale/dead.ts';

const minute = 60_000;
const atWork: AttemptSigns = {
  attempt: 'r1.build#1',
  state: 'executing',
  died: null,
  runningMs: 2 * minute,
  limitMs: 10 * minute,
  beat: { nPrograms: 1, quietMs: 0, ageMs: 10_000 },
};
const verdict = (given: Partial<AttemptSigns>): string => judgeAttempt({ ...atWork, ...given }).verdict;
const silent = { nPrograms: 0, quietMs: quietLimitMs, ageMs: 1_000 };

it('is dead when a program of it was ended from outside and the step failed with it', () => {
  const died = { program: 'pip', signal: 'SIGKILL' };
  expect(verdict({ state: 'parked', died, runningMs: null })).toBe('dead');
  // Another try of the same step goes on: nothing is to be handed over.
  expect(verdict({ state: 'executing', died })).toBe('alive');
});

it('is dead when it is over its time, shows nothing and has no program: all three', () => {
  expect(verdict({ runningMs: 11 * minute, beat: silent })).toBe('dead');
});

it.each<[string, Partial<AttemptSigns>]>([
  ['only slow', { runningMs: 11 * minute }],
  ['only quiet', { beat: { ...silent, nPrograms: 1 } }],
  ['without a program of its own, and within its time', { beat: silent }],
  ['slow and quiet, with a program that lives', { runningMs: 11 * minute, beat: { ...silent, nPrograms: 1 } }],
  ['slow, and moved just now', { runningMs: 11 * minute, beat: { nPrograms: 0, quietMs: 0, ageMs: 1_000 } }],
  ['young, with no beat yet', { beat: null }],
])('is alive when it is %s', (_what, given) => {
  expect(verdict(given)).toBe('alive');
});

it('rests when it waits for a person or a slot', () => {
  expect(verdict({ state: 'parked', runningMs: null })).toBe('at rest');
});
