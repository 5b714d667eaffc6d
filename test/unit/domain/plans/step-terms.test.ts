import { describe, expect, it } from 'vitest';

import type { PlannedStep } from '../../../../src/domain/plans/plan.ts';
import { stepTerms } from '../../../../src/domain/plans/step-terms.ts';

const step = (more: Partial<PlannedStep>): PlannedStep =>
  ({
    ...{ id: 'cancel', title: 'Interrupt it', action: 'service.cancel-prompt', agent: 'a', needs: [], arguments: {} },
    ...more,
  }) as PlannedStep;

describe('a step that asks', () => {
  const approval = 'Prompt ${steps.look.output.stuck} is interrupted.';

  it('names what it asks, with the field of a value that is known later', () => {
    expect(stepTerms(step({ approval }))).toEqual(['waits for your yes: Prompt <stuck> is interrupted.']);
  });

  it.each([
    [null, 'waits for your yes, unless inputs.restart == "yes": Prompt <stuck> is interrupted.'],
    [false, 'waits for your yes: Prompt <stuck> is interrupted.'],
    [true, 'asks nobody, as inputs.restart == "yes": Prompt <stuck> is interrupted.'],
  ])('says where nobody is asked: %s', (holds, said) => {
    const approvalUnless = { text: 'inputs.restart == "yes"', holds };
    expect(stepTerms(step({ approval, approvalUnless }))).toEqual([said]);
  });
});
