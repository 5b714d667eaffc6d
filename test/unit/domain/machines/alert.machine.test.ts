import { describe, expect, it } from 'vitest';

import { fold, stateName } from '../../../../src/engine/machines/fold.ts';
import { holdMachineLaws } from './laws.ts';

const input = { subject: 'a1' };

describe('the alert machine', () => {
  holdMachineLaws({
    name: 'alert',
    input,
    events: [{ type: 'ACKNOWLEDGE' }, { type: 'RESOLVE' }],
    states: { open: [], acknowledged: [], resolved: [] },
    waiting: ['open', 'acknowledged'],
  });

  it('is over for good: the same thing later is another alert', () => {
    const over = fold('alert', input, [{ type: 'RESOLVE' }, { type: 'ACKNOWLEDGE' }]);
    expect(stateName(over.snapshot)).toBe('resolved');
  });
});
