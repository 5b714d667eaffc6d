import { describe, expect, it } from 'vitest';

import { chooseEvictions, type RetainedPoint, type RetentionFacts } from '../../../../src/domain/restore/retention.ts';

const day = 86_400_000;
const wheel = (sha256: string) => ({ sha256, sizeBytes: 10 });

const point = (number: number, more: Partial<RetainedPoint> = {}): RetainedPoint => ({
  number,
  name: `000${number}`,
  environment: `e${number}`,
  atMs: 0,
  isPinned: false,
  isWayBack: false,
  wheels: [wheel(`w${number}`)],
  hasAllWheels: true,
  isBorrowed: false,
  ...more,
});

const choose = (points: readonly RetainedPoint[], more: Partial<RetentionFacts> = {}) =>
  chooseEvictions({
    points,
    environments: [...new Set(points.map((one) => one.environment))].map((id) => ({
      id: id ?? '',
      sizeBytes: 1000,
      obstacle: null,
    })),
    needed: new Map(),
    openRun: null,
    keep: { last: 1, youngerThanMs: 14 * day },
    nowMs: 100 * day,
    wheels: null,
    ...more,
  });

describe('the retention rule', () => {
  it('lets go what is neither among the last, nor young, nor pinned; it falls to offline', () => {
    const { evictions, kept } = choose([
      point(1),
      point(2, { isPinned: true }),
      point(3, { atMs: 90 * day }),
      point(4),
    ]);
    expect(evictions).toEqual([{ environment: 'e1', sizeBytes: 1000, points: ['0001'], to: 'offline' }]);
    expect(kept.map(({ environment, why }) => [environment, why])).toEqual([
      ['e2', '0002 is pinned'],
      ['e3', '0003 is younger than 14 days'],
      ['e4', '0004 is the newest restore point'],
    ]);
  });

  it.each([
    ['production runs it', { needed: new Map([['e1', 'production runs it']]) }],
    ['a file of it was changed', { environments: [{ id: 'e1', sizeBytes: 1, obstacle: 'a file of it was changed' }] }],
  ] as const)('keeps an environment when %s', (why, more) => {
    const { evictions, kept } = choose([point(1), point(2)], more);
    expect(evictions).toEqual([]);
    expect(kept[0]).toMatchObject({ environment: 'e1', why });
  });

  it('keeps an environment that another restore point holds', () => {
    const { evictions, kept } = choose([point(1), point(2, { environment: 'e1', isPinned: true }), point(3)]);
    expect(evictions).toEqual([]);
    expect(kept[0]).toMatchObject({ environment: 'e1', points: ['0002', '0001'], why: '0002 is pinned' });
  });

  it('keeps an environment that would need the network to come back, and says so', () => {
    const { evictions, kept } = choose([point(1, { hasAllWheels: false }), point(2)]);
    expect(evictions).toEqual([]);
    expect(kept[0]?.why).toBe('0001 could not be brought back without the network: not all of its wheels are kept');
  });

  it('never lets go a wheel that only borrowed locks stand for: no index may have it', () => {
    const wheels = [wheel('w1'), wheel('w2')];
    const borrowed = point(1, { isBorrowed: true, hasAllWheels: false });
    const later = [point(2), point(3), point(4, { isWayBack: true })];
    expect(choose([borrowed, ...later], { wheels }).wheels.map(({ sha256 }) => sha256)).toEqual(['w2']);
    // The control: with a lock that names its hash, the same wheel goes.
    const own = point(1, { hasAllWheels: false });
    expect(choose([own, ...later], { wheels }).wheels.map(({ sha256 }) => sha256)).toEqual(['w1', 'w2']);
  });

  it('lets go an environment that no restore point names, unless a run is open', () => {
    const environments = [{ id: 'stray', sizeBytes: 5, obstacle: null }];
    expect(choose([point(1)], { environments }).evictions).toEqual([
      { environment: 'stray', sizeBytes: 5, points: [], to: null },
    ]);
    expect(choose([point(1)], { environments, openRun: 'r3' }).kept[0]?.why).toBe('r3 is open and may need it');
  });
});

describe('the retention rule for wheels', () => {
  const wheels = ['w1', 'w2', 'w3', 'loose'].map(wheel);

  it('lets no wheel go unless that is asked for', () => {
    expect(choose([point(1), point(2), point(3)]).wheels).toEqual([]);
  });

  it('lets go what only old restore points need, tells what that makes of them, and never what undo needs', () => {
    const { evictions, wheels: going } = choose([point(1), point(2, { isWayBack: true }), point(3)], { wheels });
    expect(going.map(({ sha256, points }) => [sha256, points])).toEqual([
      ['w1', ['0001']],
      ['loose', []],
    ]);
    expect(evictions.map(({ environment, to }) => [environment, to])).toEqual([
      ['e1', 'needs-network'],
      ['e2', 'offline'],
    ]);
  });

  it('keeps a wheel that a pinned restore point shares', () => {
    const shared = [point(1, { wheels: [wheel('w1')] }), point(2, { wheels: [wheel('w1')], isPinned: true }), point(3)];
    expect(choose(shared, { wheels }).wheels.map((one) => one.sha256)).not.toContain('w1');
  });

  it('keeps every wheel while a run is open, or a lock cannot be read', () => {
    expect(choose([point(1), point(2)], { wheels, openRun: 'r1' }).wheels).toEqual([]);
    expect(choose([point(1, { wheels: null }), point(2)], { wheels }).wheels).toEqual([]);
  });

  it('never lets undo come to need the network: its environment stays when a wheel is gone', () => {
    const { evictions, kept } = choose([point(1, { isWayBack: true, hasAllWheels: false }), point(2)], { wheels });
    expect(evictions).toEqual([]);
    expect(kept[0]?.environment).toBe('e1');
  });
});
