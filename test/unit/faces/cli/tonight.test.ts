import { describe, expect, it } from 'vitest';

import type { TimesView } from '../../../../src/app/operations/_times.ts';
import { tonightText } from '../../../../src/faces/cli/tonight.ts';

const nowMs = Date.UTC(2026, 7, 23, 12);
const window = (fromMs: number): TimesView['times'][number] => ({
  id: 'w1',
  kind: 'window',
  text: 'every day',
  reason: null,
  at: 'built in',
  isNow: false,
  fromMs,
  toMs: fromMs + 7_200_000,
});
const times = (more: Partial<TimesView>): TimesView => ({
  zone: 'Europe/Zurich',
  nowMs,
  state: 'shut',
  times: [],
  ...more,
});

describe('the time of the next window', () => {
  it('is told in the zone of the machine, with its day when that is not within a day', () => {
    expect(tonightText(times({ times: [window(Date.UTC(2026, 7, 24, 1))] }))).toBe('03:00');
    expect(tonightText(times({ times: [window(Date.UTC(2026, 7, 29, 1))] }))).toBe('Sat 03:00');
  });

  it('is now while one is open, and unknown without any', () => {
    expect(tonightText(times({ state: 'open', times: [window(nowMs)] }))).toBe('now');
    expect(tonightText(times({}))).toBeNull();
  });
});
