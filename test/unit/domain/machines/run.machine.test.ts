import { describe, expect, it } from 'vitest';

import { fold, stateName } from '../../../../src/engine/machines/fold.ts';
import { done, failed, faultRecordOf, holdMachineLaws, type MachineEvent } from './laws.ts';

const input = { subject: 'r1', previewOnly: false };
const fault = faultRecordOf('SMOKE_FAILED');

describe('the run machine', () => {
  holdMachineLaws({
    name: 'run',
    input,
    events: [
      ...['APPROVE', 'REJECT', 'CANCEL', 'RESUME', 'TASKS_DONE', 'NOTHING_CHANGED', 'UNTIL_REACHED'].map((type) => ({
        type,
      })),
      ...['CHANGE_APPROVED', 'CHANGE_REOPENED', 'CHANGE_MERGED', 'CHANGE_VERIFIED'].map((type) => ({ type })),
      ...['TASK_FAILED', 'TASK_PARKED', 'CHANGE_REJECTED', 'CHANGE_REVERTED'].map((type) => ({ type, fault })),
      ...['execute', 'ask', 'submit'].map((next) => done('preview', { next })),
      failed('preview', 'GOAL_UNKNOWN'),
    ],
    states: {
      previewing: ['preview'],
      awaitingApproval: [],
      executing: [],
      reviewing: [],
      merging: [],
      verifying: [],
      paused: [],
      done: [],
      failed: [],
      cancelled: [],
      rolledBack: [],
    },
    waiting: ['awaitingApproval', 'reviewing', 'merging', 'paused'],
  });

  const after = (events: readonly MachineEvent[], previewOnly = false) =>
    fold('run', { ...input, previewOnly }, events).snapshot;

  it.each(['execute', 'ask', 'submit'])('ends after its plan when only the plan was asked for (%s)', (next) => {
    expect(stateName(after([done('preview', { next })], true))).toBe('done');
  });

  it('goes from a plan without steps straight to its change', () => {
    expect(stateName(after([done('preview', { next: 'submit' })]))).toBe('reviewing');
  });

  it('remembers why it paused, and forgets it when it goes on', () => {
    const parked = [done('preview', { next: 'execute' }), { type: 'TASK_PARKED', fault }];
    expect(after(parked).context).toMatchObject({ fault });
    expect(after([...parked, { type: 'RESUME' }]).context).toMatchObject({ fault: null });
  });

  it('cannot be cancelled once its change has merged', () => {
    const merged = ['TASKS_DONE', 'CHANGE_APPROVED', 'CHANGE_MERGED', 'CANCEL'].map((type) => ({ type }));
    expect(stateName(after([done('preview', { next: 'execute' }), ...merged]))).toBe('verifying');
  });
});
