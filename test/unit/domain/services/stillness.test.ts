import { describe, expect, it } from 'vitest';

import { showsProgress } from '../../../../src/domain/services/progress-lines.ts';
import { type Hang, judgeStillness, type Seen, type Stillness } from '../../../../src/domain/services/stillness.ts';

const at = (seconds: number, seen: Partial<Seen> = {}): Seen => ({
  atMs: seconds * 1_000,
  queue: { running: ['p1'], nWaiting: 0 },
  wrote: false,
  cpuMs: 0,
  residentBytes: 0,
  isWorkerDead: false,
  ...seen,
});

/** Looks every five seconds; returns the first hang and when it was told, in seconds. */
function watch(
  forSeconds: number,
  seenAt: (second: number) => Partial<Seen>,
): { readonly hang: Hang; readonly second: number } | undefined {
  let before: Stillness | undefined;
  for (let second = 0; second <= forSeconds; second += 5) {
    const { now, hang } = judgeStillness(before, at(second, seenAt(second)));
    if (hang !== null) return { hang, second };
    before = now;
  }
  return undefined;
}

const day = 24 * 3_600;

describe('a service that does not get on', () => {
  it('is told within a minute when the same prompt runs and nothing shows that it moves', () => {
    expect(watch(day, () => ({}))).toMatchObject({ second: 45, hang: { cause: 'queue', limitMs: 45_000 } });
  });

  it('is told when prompts wait and none runs', () => {
    expect(watch(day, () => ({ queue: { running: [], nWaiting: 2 } }))).toMatchObject({ second: 45 });
  });

  it('is told when it does not answer, however much it computes', () => {
    const found = watch(day, (second) => ({ queue: null, cpuMs: second * 1_000, wrote: true }));
    expect(found).toMatchObject({ second: 45, hang: { cause: 'silent' } });
  });

  it('is told at once when the thread that runs prompts is dead, and stays told', () => {
    expect(watch(day, (second) => ({ isWorkerDead: second === 10 }))).toMatchObject({
      second: 10,
      hang: { cause: 'worker' },
    });
    const { now } = judgeStillness(undefined, at(0, { isWorkerDead: true }));
    expect(judgeStillness(now, at(5)).hang).toMatchObject({ cause: 'worker' });
  });
});

describe('a service that gets on', () => {
  it.each<[string, (second: number) => Partial<Seen>]>([
    ['has nothing to do for a day', () => ({ queue: { running: [], nWaiting: 0 } })],
    ['writes a step every 40 s for a day', (second) => ({ wrote: second % 40 === 0 })],
    [
      'takes another prompt every 30 s',
      (second) => ({ queue: { running: [`p${Math.floor(second / 30)}`], nWaiting: 9 } }),
    ],
    ['loads a model without a word', (second) => ({ residentBytes: second * 20 * 1024 ** 2 })],
  ])('is left alone when it %s', (_what, seenAt) => {
    expect(watch(day, seenAt)).toBeUndefined();
  });

  it('has four times of what its steps usually take', () => {
    const slow = (second: number) => ({ wrote: second <= 600 && second % 30 === 0 });
    expect(watch(day, slow)).toMatchObject({ second: 600 + 120, hang: { limitMs: 120_000 } });
  });

  it('has ten minutes while it computes, or where nobody can tell', () => {
    expect(watch(day, (second) => ({ cpuMs: second * 500 }))).toMatchObject({ second: 600 });
    expect(watch(day, () => ({ cpuMs: null }))).toMatchObject({ second: 600 });
  });

  it('is not judged by one look after a long pause', () => {
    const { now } = judgeStillness(undefined, at(0));
    expect(judgeStillness(now, at(3_600)).hang).toBeNull();
  });
});

describe('lines that show progress', () => {
  it('are not those that a posted prompt leaves behind', () => {
    expect(showsProgress('got prompt\n[INFO] got prompt\r\n\n')).toBe(false);
    expect(showsProgress('got prompt\n 40%|####      | 8/20 [00:10<00:15,  1.25s/it]\r')).toBe(true);
  });
});
