import { describe, expect, it } from 'vitest';

import { movesOf } from '../../../../src/domain/services/moves.ts';
import { judgeStillness, type Seen } from '../../../../src/domain/services/stillness.ts';

const seen: Seen = {
  atMs: 0,
  queue: { running: ['p1'], nWaiting: 0 },
  wrote: false,
  cpuMs: 0,
  residentBytes: 0,
  isWorkerDead: false,
};
const nowOf = (last: Partial<Seen>) =>
  judgeStillness(judgeStillness(undefined, seen).now, { ...seen, atMs: 5_000, ...last }).now;

describe('movesOf', () => {
  it('tells one that gets on from one that has no work, and one of which nobody knows yet', () => {
    expect(movesOf({ now: nowOf({ wrote: true }), hang: null, rests: true })).toBe('yes');
    expect(movesOf({ now: nowOf({ queue: { running: [], nWaiting: 0 } }), hang: null, rests: true })).toBe('idle');
    expect(movesOf({ now: nowOf({}), hang: null, rests: true })).toBe('unclear');
  });

  it('takes a silence for a hang only while the process rests', () => {
    const silent = { now: nowOf({ queue: null }), hang: { cause: 'silent' } } as const;
    expect(movesOf({ ...silent, rests: true })).toBe('no');
    expect(movesOf({ ...silent, rests: false })).toBe('unclear');
    expect(movesOf({ now: nowOf({}), hang: { cause: 'queue' }, rests: false })).toBe('no');
  });
});
