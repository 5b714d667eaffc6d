import { describe, expect, it } from 'vitest';

import { takeBackId, takenBackBy } from '../../../../src/domain/plans/take-back.ts';

describe('the step that is taken back', () => {
  it('is named by the one that takes it back, also where it is one of a list', () => {
    expect(['smoke', 'smoke.2', 'undo', 'undo.2'].map((id) => takenBackBy(takeBackId(id)))).toEqual([
      'smoke',
      'smoke.2',
      'undo',
      'undo.2',
    ]);
  });

  it('is not mistaken for one of a list of a step that is called undo', () => {
    expect(['undo', 'undo.1', 'undo.12', 'smoke'].map(takenBackBy)).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  });
});
