import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { findCycle, type Needing } from '../../../../src/domain/definitions/find-cycle.ts';
import { readySteps, sortSteps, untilStep, type StepState } from '../../../../src/domain/plans/schedule.ts';
import { faultOf } from '../definitions/shown-fault.ts';

const steps: readonly Needing[] = [
  { id: 'record', needs: [] },
  { id: 'lock', needs: ['record'] },
  { id: 'build', needs: ['lock'] },
  { id: 'docs', needs: ['record'] },
  { id: 'boot', needs: ['build', 'docs'] },
];
const states = (entries: Record<string, StepState>): ReadonlyMap<string, StepState> => new Map(Object.entries(entries));

describe('readySteps', () => {
  it.each([
    ['nothing has started', {}, ['record'], []],
    ['the first runs', { record: 'active' }, [], []],
    ['the first is done', { record: 'done' }, ['lock', 'docs'], []],
    ['one branch is done', { record: 'done', lock: 'done', build: 'done', docs: 'active' }, [], []],
    ['all is done', { record: 'done', lock: 'done', build: 'done', docs: 'done', boot: 'done' }, [], []],
    ['a branch failed', { record: 'done', lock: 'failed' }, ['docs'], ['build by lock', 'boot by lock']],
    [
      'the first failed',
      { record: 'failed' },
      [],
      ['lock by record', 'build by record', 'docs by record', 'boot by record'],
    ],
  ] as const)('when %s', (_, given, ready, blocked) => {
    const answer = readySteps(steps, states(given));
    expect(answer.ready).toEqual(ready);
    expect(answer.blocked.map(({ step, by }) => `${step} by ${by}`)).toEqual(blocked);
  });
});

describe('untilStep', () => {
  it('gives the step and all that it needs, in order', () => {
    expect(untilStep(steps, 'build').map(({ id }) => id)).toEqual(['record', 'lock', 'build']);
    expect(untilStep(steps, 'boot').map(({ id }) => id)).toEqual(['record', 'lock', 'build', 'docs', 'boot']);
  });

  it('says which step was meant', () => {
    expect(faultOf(() => untilStep(steps, 'biuld'))).toMatchObject({
      code: 'STEP_NOT_FOUND',
      message: 'The plan has no step biuld. Did you mean build?',
    });
  });
});

describe('any steps', () => {
  // Each step needs some before it; then they are shuffled.
  const anySteps = fc
    .array(fc.array(fc.nat(9), { maxLength: 3 }), { minLength: 1, maxLength: 10 })
    .map((needs) =>
      needs.map((of, n): Needing => ({
        id: `s${n}`,
        needs: [...new Set(of.filter((other) => other < n))].map((other) => `s${other}`),
      })),
    )
    .chain((sorted) => fc.shuffledSubarray(sorted, { minLength: sorted.length }));

  it('are sorted so that nothing comes before what it needs', () => {
    fc.assert(
      fc.property(anySteps, (shuffled) => {
        const order = sortSteps(shuffled).map(({ id }) => id);
        expect([...order].sort()).toEqual(shuffled.map(({ id }) => id).sort());
        for (const { id, needs } of shuffled)
          for (const need of needs) expect(order.indexOf(need)).toBeLessThan(order.indexOf(id));
      }),
    );
  });

  it('all get done when the ready ones are carried out again and again', () => {
    fc.assert(
      fc.property(anySteps, (shuffled) => {
        const done = new Map<string, StepState>();
        for (let round = 0; round < shuffled.length; round += 1)
          for (const id of readySteps(shuffled, done).ready) done.set(id, 'done');
        expect(done.size).toBe(shuffled.length);
      }),
    );
  });

  it('have a circle found exactly when there is one', () => {
    fc.assert(
      fc.property(anySteps, fc.nat(), fc.nat(), (shuffled, a, b) => {
        expect(findCycle(shuffled)).toBeUndefined();
        const from = shuffled[a % shuffled.length]?.id ?? '';
        const to = shuffled[b % shuffled.length]?.id ?? '';
        const isClosed = untilStep(shuffled, to).some(({ id }) => id === from);
        const changed = shuffled.map((step) => (step.id === from ? { ...step, needs: [...step.needs, to] } : step));
        expect(findCycle(changed) !== undefined).toBe(isClosed);
      }),
    );
  });

  it('that lie in a long line are sorted without trouble', () => {
    const line = Array.from({ length: 64 }, (_, n): Needing => ({
      id: `s${n}`,
      needs: n === 0 ? [] : [`s${n - 1}`],
    })).reverse();
    expect(sortSteps(line)[0]?.id).toBe('s0');
  });
});
