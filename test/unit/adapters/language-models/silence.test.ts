import { describe, expect, it } from 'vitest';

import { watchSilence } from '../../../../src/adapters/language-models/silence.ts';
import { createFakeClock } from '../../../fakes/fake-clock.ts';

describe('silence', () => {
  it('is told after the time, and not before', async () => {
    const clock = createFakeClock();
    const { signal } = watchSilence(clock, 10_000);
    await clock.advance(9_999);
    expect(signal.aborted).toBe(false);
    await clock.advance(1);
    expect(signal.aborted).toBe(true);
    expect(clock.nSleepers).toBe(0);
  });

  it('is broken by each token, for as long as they come', async () => {
    const clock = createFakeClock();
    const { signal, heard } = watchSilence(clock, 10_000);
    for (let n = 0; n < 20; n += 1) {
      await clock.advance(9_000);
      heard();
    }
    expect(signal.aborted).toBe(false);
    await clock.advance(10_000);
    expect(signal.aborted).toBe(true);
  });

  it('is stretched by pings while a model thinks, and not for ever', async () => {
    const clock = createFakeClock();
    const { signal, stirred } = watchSilence(clock, 10_000);
    for (let n = 0; n < 9; n += 1) {
      await clock.advance(5_000);
      stirred();
    }
    expect(signal.aborted).toBe(false);
    await clock.advance(5_000);
    expect(signal.aborted).toBe(true);
  });

  it('is not waited for when the answer is there', async () => {
    const clock = createFakeClock();
    const { signal, end } = watchSilence(clock, 10_000);
    end();
    await clock.advance(60_000);
    expect(signal.aborted).toBe(false);
    expect(clock.nSleepers).toBe(0);
  });
});
