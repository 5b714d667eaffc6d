import fc from 'fast-check';
import { expect, test } from 'vitest';

import { mergeOrder, type Queued, standOf } from '../../../../src/domain/queue/line.ts';
import { priorities, type Priority } from '../../../../src/domain/queue/rank.ts';

const queued = (id: string, state: string, more: Partial<Queued> = {}): Queued => ({
  id,
  state,
  priority: 'normal',
  sinceMs: Number(id.slice(1)),
  wasApproved: true,
  ...more,
});
const order = (changes: readonly Queued[]) => mergeOrder(changes).map(({ id }) => id);

test('what merges is first, then what is ready, held and in review; the rest is not in line', () => {
  const changes = [
    queued('c1', 'gating', { wasApproved: false }),
    queued('c2', 'reviewing.deciding', { wasApproved: false }),
    queued('c3', 'queued.holding'),
    queued('c4', 'queued.asking'),
    queued('c5', 'merged'),
    queued('c6', 'conflicted'),
    queued('c7', 'rejected'),
  ];
  expect(order(changes)).toEqual(['c5', 'c4', 'c3', 'c2']);
});

test('who is proven or asked again keeps its place among those that are ready', () => {
  expect(order([queued('c3', 'queued.asking'), queued('c2', 'reviewing.asking'), queued('c1', 'regating')])).toEqual([
    'c1',
    'c2',
    'c3',
  ]);
  expect(standOf({ state: 'reviewing.asking', wasApproved: false })).toBe('inReview');
});

test('who waits for a person keeps nobody waiting, and is the first again as soon as it is ready', () => {
  expect(order([queued('c1', 'queued.holding'), queued('c2', 'queued.asking')])).toEqual(['c2', 'c1']);
  expect(order([queued('c1', 'queued.asking'), queued('c2', 'queued.asking')])).toEqual(['c1', 'c2']);
});

const STEP_MS = 30 * 60_000;
/** Changes that arrive one after the other; each may be held for a while by its person. */
const arrivals = fc.array(
  fc.record({
    afterMs: fc.integer({ min: 0, max: 20 * 60_000 }),
    priority: fc.constantFrom<Priority>(...priorities),
    heldMs: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 3 * 3_600_000 })),
  }),
  { minLength: 1, maxLength: 40 },
);

test('nothing starves: who is ready is passed only by who came within an hour and a half after it, and by what was under way', () => {
  fc.assert(
    fc.property(arrivals, fc.integer({ min: 1_000, max: 10 * 60_000 }), (given, mergeMs) => {
      let arrivedMs = 0;
      const changes = given.map(({ afterMs, priority, heldMs }, index) => {
        arrivedMs += afterMs;
        return { id: `c${index + 1}`, priority, sinceMs: arrivedMs, freeMs: arrivedMs + heldMs };
      });
      const merged: string[] = [];
      const beganMs = new Map<string, number>();
      let nowMs = 0;
      while (merged.length < changes.length) {
        const open = changes.filter(({ id, sinceMs }) => !merged.includes(id) && sinceMs <= nowMs);
        const first = mergeOrder(
          open.map((one) => ({
            ...one,
            wasApproved: true,
            state: one.freeMs <= nowMs ? 'queued.asking' : 'queued.holding',
          })),
        ).find(({ stand }) => stand === 'ready');
        if (first === undefined) {
          nowMs = Math.min(...changes.flatMap(({ sinceMs, freeMs }) => [sinceMs, freeMs]).filter((at) => at > nowMs));
          continue;
        }
        beganMs.set(first.id, nowMs);
        merged.push(first.id);
        nowMs += mergeMs;
      }
      for (const one of changes) {
        const own = beganMs.get(one.id) ?? 0;
        // Those that began while it was ready and waited.
        const passed = changes.filter(
          (other) =>
            other.id !== one.id && (beganMs.get(other.id) ?? 0) >= one.freeMs && (beganMs.get(other.id) ?? 0) < own,
        );
        for (const other of passed) expect(other.sinceMs - one.sinceMs).toBeLessThanOrEqual(3 * STEP_MS);
      }
    }),
    { numRuns: 200 },
  );
});
