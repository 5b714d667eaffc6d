import fc from 'fast-check';
import { expect, it } from 'vitest';

import { priorities, type Priority, type Waiting } from '../../../../src/domain/queue/rank.ts';
import { createLine } from '../../../../src/engine/leases/line.ts';

const minuteMs = 60_000;

it('lets the one that is wanted sooner overtake, and asks anew each time', () => {
  const standing = new Map<string, Waiting>([
    ['r1', { id: 'r1', priority: 'normal', sinceMs: 0 }],
    ['r2', { id: 'r2', priority: 'critical', sinceMs: 10 * minuteMs }],
  ]);
  const line = createLine((run) => standing.get(run) as Waiting);
  line.enter('r1');
  line.enter('r2');
  expect(line.order().map(({ id }) => id)).toEqual(['r2', 'r1']);
  standing.set('r1', { id: 'r1', priority: 'critical', sinceMs: 0 });
  expect(line.isFirst('r1')).toBe(true);
});

it('keeps a run in line until every step of it that asked has left', () => {
  const line = createLine((id) => ({ id, priority: 'normal', sinceMs: 0 }));
  line.enter('r1');
  line.enter('r1');
  line.enter('r2');
  line.leave('r1');
  expect(line.order().map(({ id }) => id)).toEqual(['r1', 'r2']);
  line.leave('r1');
  expect(line.isFirst('r2')).toBe(true);
});

/** Serves a line one by one while others arrive; returns how long each waited, in minutes. */
function serve(arrivals: readonly { gap: number; priority: Priority }[], serviceMinutes: number): readonly number[] {
  const standing = new Map<string, Waiting>();
  let atMs = 0;
  for (const [index, { gap, priority }] of arrivals.entries()) {
    atMs += gap * minuteMs;
    standing.set(`r${index + 1}`, { id: `r${index + 1}`, priority, sinceMs: atMs });
  }
  const line = createLine((run) => standing.get(run) as Waiting);
  const coming = [...standing.values()];
  const waited = new Map<string, number>();
  let nowMs = 0;
  while (waited.size < standing.size) {
    while (coming[0] !== undefined && coming[0].sinceMs <= nowMs) line.enter((coming.shift() as Waiting).id);
    const first = line.order()[0];
    if (first === undefined) {
      nowMs = coming[0]?.sinceMs ?? nowMs;
      continue;
    }
    line.leave(first.id);
    waited.set(first.id, nowMs - first.sinceMs);
    nowMs += serviceMinutes * minuteMs;
  }
  return [...standing.keys()].map((id) => (waited.get(id) ?? Number.NaN) / minuteMs);
}

it('starves nobody: whoever comes more than an hour and a half later is never served before', () => {
  const arrival = fc.record({ gap: fc.nat(20), priority: fc.constantFrom(...priorities) });
  fc.assert(
    fc.property(
      fc.array(arrival, { minLength: 1, maxLength: 60 }),
      fc.integer({ min: 1, max: 30 }),
      (arrivals, each) => {
        const waited = serve(arrivals, each);
        const came = arrivals.map((_, index) => arrivals.slice(0, index + 1).reduce((sum, { gap }) => sum + gap, 0));
        for (const [index, at] of came.entries()) {
          // Only those that came before, or within the three steps of priority, can be served first.
          const nBefore = came.filter((other, of) => of !== index && other < at + 90).length;
          expect(waited[index]).toBeLessThanOrEqual((nBefore + 1) * each);
        }
      },
    ),
    { numRuns: 300 },
  );
});
