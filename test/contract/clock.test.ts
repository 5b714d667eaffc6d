import { afterEach, describe, expect, it, vi } from 'vitest';

import { createDigest } from '../../src/adapters/clock/digest.ts';
import { createSystemClock } from '../../src/adapters/clock/system-clock.ts';
import { createSystemRandom } from '../../src/adapters/clock/system-random.ts';
import type { Clock, Random } from '../../src/ports/system.ts';
import { createFakeClock } from '../fakes/fake-clock.ts';
import { createFakeRandom } from '../fakes/fake-random.ts';

interface Watch {
  readonly clock: Clock;
  /** Lets so much time go by. */
  pass(ms: number): Promise<unknown>;
}

function describeClock(name: string, make: () => Watch): void {
  describe(`clock, ${name}`, () => {
    it('goes on, in whole milliseconds of the year or later', async () => {
      const { clock, pass } = make();
      const [nowMs, monotonicMs] = [clock.nowMs(), clock.monotonicMs()];
      await pass(15);
      expect(clock.monotonicMs() - monotonicMs).toBeGreaterThanOrEqual(14);
      expect(clock.nowMs() - nowMs).toBeGreaterThanOrEqual(13);
      expect(Number.isInteger(clock.nowMs())).toBe(true);
      expect(nowMs).toBeGreaterThanOrEqual(Date.UTC(2026, 0, 1));
    });

    it('wakes a sleeper when its time has come, not before', async () => {
      const { clock, pass } = make();
      const startMs = clock.monotonicMs();
      const sleeping = clock.sleep(20).then((isDue) => ({ isDue, atMs: clock.monotonicMs() }));
      await pass(40);
      const { isDue, atMs } = await sleeping;
      expect(isDue).toBe(true);
      expect(atMs - startMs).toBeGreaterThanOrEqual(20);
    });

    it('wakes sleepers in the order of their times', async () => {
      const { clock, pass } = make();
      const woken: number[] = [];
      const sleeping = [60, 5, 30].map((ms) => clock.sleep(ms).then(() => woken.push(ms)));
      await pass(80);
      await Promise.all(sleeping);
      expect(woken).toEqual([5, 30, 60]);
    });

    it.each([0, -5])('does not sleep for %i ms', async (ms) => {
      expect(await make().clock.sleep(ms)).toBe(true);
    });

    it('wakes at once, with false, on abort', async () => {
      const { clock } = make();
      const stop = new AbortController();
      const sleeping = clock.sleep(3_000_000_000, stop.signal);
      stop.abort();
      expect(await sleeping).toBe(false);
      expect(await clock.sleep(1_000, stop.signal)).toBe(false);
    });

    it('leaves nothing behind on the signal', async () => {
      const { clock, pass } = make();
      const { signal } = new AbortController();
      const added = vi.spyOn(signal, 'addEventListener');
      const removed = vi.spyOn(signal, 'removeEventListener');
      const sleeping = clock.sleep(2, signal);
      await pass(10);
      await sleeping;
      expect(removed.mock.calls.length).toBe(added.mock.calls.length);
    });
  });
}

describeClock('of the machine', () => {
  const clock = createSystemClock();
  return { clock, pass: (ms) => clock.sleep(ms) };
});
describeClock('the fake', () => {
  const clock = createFakeClock();
  return { clock, pass: (ms) => clock.advance(ms) };
});

describe('the clock of the machine', () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  it('sleeps longer than a timer of Node can', async () => {
    vi.useFakeTimers();
    const months = 90 * 86_400_000;
    let isAwake = false;
    const sleeping = createSystemClock()
      .sleep(months)
      .then(() => (isAwake = true));
    await vi.advanceTimersByTimeAsync(months - 1_000);
    expect(isAwake).toBe(false);
    await vi.advanceTimersByTimeAsync(1_001);
    expect(await sleeping).toBe(true);
  });
});

describe('the fake clock', () => {
  it('lets what a sleeper does next settle before time goes on', async () => {
    const clock = createFakeClock();
    const seenMs: number[] = [];
    const loop = (async () => {
      for (let n = 0; n < 3; n += 1) {
        await clock.sleep(10);
        seenMs.push(clock.monotonicMs());
      }
    })();
    await clock.advance(30);
    await loop;
    expect(seenMs).toEqual([10, 20, 30]);
    expect(clock.nSleepers).toBe(0);
  });

  it('can jump on the wall while durations stay right', async () => {
    const clock = createFakeClock();
    clock.setNowMs(5_000);
    await clock.advance(10);
    expect([clock.nowMs(), clock.monotonicMs()]).toEqual([5_010, 10]);
  });
});

describe.each<[string, Random]>([
  ['of the machine', createSystemRandom()],
  ['that is fake', createFakeRandom()],
])('randomness %s', (_, random) => {
  it('is as wide as asked, lower-case, and does not repeat', () => {
    expect(random.hex(16)).toMatch(/^[0-9a-f]{32}$/);
    expect(new Set(Array.from({ length: 200 }, () => random.hex(4))).size).toBe(200);
  });
});

it('the digest is the one everybody computes, of text and of bytes', () => {
  const { sha256 } = createDigest();
  expect(sha256('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
  expect(sha256('ä')).toBe(sha256(new Uint8Array([0xc3, 0xa4])));
});
