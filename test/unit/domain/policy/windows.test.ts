import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { holdOf } from '../../../../src/domain/policy/merge-time.ts';
import {
  entryText,
  type Freeze,
  freezeSpan,
  type MergeWindow,
  nextSpan,
  weekdays,
  whenOfFreeze,
} from '../../../../src/domain/policy/windows.ts';
import { instantOf, isZone, wallTime, zonedText } from '../../../../src/domain/policy/zone.ts';

const zurich = 'Europe/Zurich';
const at = (text: string): number => Date.parse(text);
const iso = (ms: number): string => new Date(ms).toISOString();
const nightly = (from: string, to: string, zone = zurich): MergeWindow => ({
  kind: 'window',
  days: weekdays,
  from,
  to,
  zone,
});
const span = (window: MergeWindow, now: string): [string, string] => {
  const { fromMs, toMs } = nextSpan(window, at(now));
  return [iso(fromMs), iso(toMs)];
};

describe('a window', () => {
  it('opens at its wall-clock time, in winter and in summer', () => {
    expect(span(nightly('03:00', '05:00'), '2026-01-10T12:00:00Z')).toEqual([
      '2026-01-11T02:00:00.000Z',
      '2026-01-11T04:00:00.000Z',
    ]);
    expect(span(nightly('03:00', '05:00'), '2026-07-10T12:00:00Z')).toEqual([
      '2026-07-11T01:00:00.000Z',
      '2026-07-11T03:00:00.000Z',
    ]);
  });

  it('is the one that is open when it is', () => {
    expect(span(nightly('03:00', '05:00'), '2026-01-10T03:59:59Z')[0]).toBe('2026-01-10T02:00:00.000Z');
    expect(span(nightly('03:00', '05:00'), '2026-01-10T04:00:00Z')[0]).toBe('2026-01-11T02:00:00.000Z');
  });

  it('goes over midnight, and its day is the one on which it opens', () => {
    const friday: MergeWindow = { ...nightly('22:00', '02:00'), days: ['fri'] };
    // 2026-11-28 is a Saturday.
    expect(span(friday, '2026-11-28T00:30:00Z')).toEqual(['2026-11-27T21:00:00.000Z', '2026-11-28T01:00:00.000Z']);
    expect(span(friday, '2026-11-28T01:00:00Z')[0]).toBe('2026-12-04T21:00:00.000Z');
  });

  it('counts days in its own zone, not in that of the machine', () => {
    const monday: MergeWindow = { ...nightly('01:00', '02:00', 'Pacific/Auckland'), days: ['mon'] };
    // Monday 01:00 in Auckland is Sunday noon in UTC.
    expect(span(monday, '2026-07-04T00:00:00Z')[0]).toBe('2026-07-05T13:00:00.000Z');
  });

  // In Zurich clocks go from 02:00 to 03:00 on 2026-03-29, and from 03:00 back to 02:00 on 2026-10-25.
  it('that begins in the hour that is skipped begins as long after it', () => {
    expect(span(nightly('02:30', '04:00'), '2026-03-28T20:00:00Z')).toEqual([
      '2026-03-29T01:30:00.000Z',
      '2026-03-29T02:00:00.000Z',
    ]);
  });

  it('that lies wholly in the hour that is skipped is still open that night', () => {
    const [from, to] = span(nightly('02:00', '03:00'), '2026-03-28T20:00:00Z');
    expect([from, to]).toEqual(['2026-03-29T01:00:00.000Z', '2026-03-29T02:00:00.000Z']);
  });

  it('over the hour that comes twice opens at the first and shuts at the last', () => {
    expect(span(nightly('02:00', '03:00'), '2026-10-24T20:00:00Z')).toEqual([
      '2026-10-25T00:00:00.000Z',
      '2026-10-25T02:00:00.000Z',
    ]);
    expect(span(nightly('01:00', '02:30'), '2026-10-24T20:00:00Z')).toEqual([
      '2026-10-24T23:00:00.000Z',
      '2026-10-25T01:30:00.000Z',
    ]);
  });

  it('is never past, never empty, and never more than eight days away', () => {
    const zone = fc.constantFrom(zurich, 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kathmandu', 'UTC');
    const time = fc
      .tuple(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 59 }))
      .map(([h, m]) => `${String(h).padStart(2, '0')}:${String(m).padStart(2, '0')}`);
    const days = fc.uniqueArray(fc.constantFrom(...weekdays), { minLength: 1 });
    const now = fc.integer({ min: at('2024-01-01T00:00:00Z'), max: at('2031-01-01T00:00:00Z') });
    fc.assert(
      fc.property(zone, time, time, days, now, (name, from, to, on, nowMs) => {
        fc.pre(from !== to);
        const { fromMs, toMs } = nextSpan({ kind: 'window', days: on, from, to, zone: name }, nowMs);
        expect(toMs).toBeGreaterThan(nowMs);
        expect(toMs).toBeGreaterThan(fromMs);
        expect(fromMs - nowMs).toBeLessThan(8.1 * 86_400_000);
        expect(toMs - fromMs).toBeLessThanOrEqual(26 * 3_600_000);
      }),
      { numRuns: 500 },
    );
  });
});

describe('an instant', () => {
  it('shows the wall-clock time that it was made from, wherever clocks show it', () => {
    const zone = fc.constantFrom(
      zurich,
      'America/New_York',
      'Australia/Lord_Howe',
      'Asia/Kathmandu',
      'Africa/Casablanca',
    );
    fc.assert(
      fc.property(zone, fc.integer({ min: 0, max: 60 * 24 * 365 * 5 }), (name, minutes) => {
        const wall = wallTime(at('2024-01-01T00:00:00Z') + minutes * 60_000, name);
        expect(wallTime(instantOf(wall, name), name)).toEqual(wall);
        expect(wallTime(instantOf(wall, name, 'last'), name)).toEqual(wall);
        expect(instantOf(wall, name)).toBeLessThanOrEqual(instantOf(wall, name, 'last'));
      }),
      { numRuns: 500 },
    );
  });

  it('is told as people of the zone write it', () => {
    expect(zonedText(at('2026-11-28T02:00:00Z'), zurich)).toBe('Sat 2026-11-28 03:00 Europe/Zurich');
    expect(isZone('Europe/Atlantis')).toBe(false);
  });
});

describe('a freeze', () => {
  const holidays: Freeze = { kind: 'freeze', from: '2026-12-20', to: '2027-01-04', zone: zurich };

  it('holds from the first moment of its first day to the last of its last', () => {
    const { fromMs, toMs } = freezeSpan(holidays);
    expect([iso(fromMs), iso(toMs)]).toEqual(['2026-12-19T23:00:00.000Z', '2027-01-04T23:00:00.000Z']);
    expect(entryText(holidays)).toBe('frozen from 2026-12-20 to 2027-01-04 Europe/Zurich');
  });

  it('takes times as well, and no day that there is not', () => {
    const { fromMs, toMs } = freezeSpan({ ...holidays, from: '2026-12-20T18:00', to: '2026-12-21T06:30' });
    expect([iso(fromMs), iso(toMs)]).toEqual(['2026-12-20T17:00:00.000Z', '2026-12-21T05:30:00.000Z']);
    expect(['2026-02-29', '2026-13-01', '2026-1-1', '2026-12-20T24:00'].map(whenOfFreeze)).toEqual(
      Array.from({ length: 4 }),
    );
  });
});

describe('holdOf', () => {
  const window = { id: 'w1', entry: nightly('03:00', '05:00'), reason: null, at: '#4' };
  const freeze = {
    id: 'w2',
    entry: { kind: 'freeze', from: '2026-12-20', to: '2027-01-04', zone: zurich } as const,
    reason: 'holidays',
    at: '#5',
  };
  const hold = (now: string, options: Partial<Parameters<typeof holdOf>[0]> = {}) =>
    holdOf({
      nowMs: at(now),
      when: 'now',
      needsWindow: false,
      times: { windows: [window], freezes: [freeze] },
      zone: 'UTC',
      ...options,
    });

  it('lets what was approved for now merge at any time but in a freeze', () => {
    expect(hold('2026-12-01T12:00:00Z')).toBeUndefined();
    expect(hold('2026-12-24T12:00:00Z')).toMatchObject({ kind: 'frozen', untilMs: at('2027-01-04T23:00:00Z') });
  });

  it('keeps what was approved for the window until one opens, and so what a rule wants in one', () => {
    expect(hold('2026-12-01T12:00:00Z', { when: 'window' })).toMatchObject({
      kind: 'shut',
      opensMs: at('2026-12-02T02:00:00Z'),
    });
    expect(hold('2026-12-01T12:00:00Z', { needsWindow: true })?.kind).toBe('shut');
    expect(hold('2026-12-02T02:00:00Z', { when: 'window' })).toBeUndefined();
    expect(hold('2026-12-02T03:59:59Z', { when: 'window' })).toBeUndefined();
    expect(hold('2026-12-02T04:00:00Z', { when: 'window' })?.kind).toBe('shut');
  });

  it('says nothing but the freeze while one holds, though a window is open', () => {
    expect(hold('2026-12-24T02:30:00Z', { when: 'window' })?.kind).toBe('frozen');
  });

  it('takes tonight for 03:00 to 05:00 of the machine where no window is written', () => {
    const none = { windows: [], freezes: [] };
    expect(hold('2026-12-01T12:00:00Z', { when: 'window', times: none, zone: 'America/New_York' })).toMatchObject({
      kind: 'shut',
      opensMs: at('2026-12-02T08:00:00Z'),
      window: { at: 'built in' },
    });
    expect(hold('2026-12-02T09:00:00Z', { when: 'window', times: none, zone: 'America/New_York' })).toBeUndefined();
  });
});
