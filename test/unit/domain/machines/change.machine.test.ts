import { describe, expect, it } from 'vitest';

import { fold, stateName } from '../../../../src/engine/machines/fold.ts';
import { done, failed, faultRecordOf, holdMachineLaws, type MachineEvent } from './laws.ts';

const input = { subject: 'c1' };
const fault = faultRecordOf('CHANGE_CONFLICT');
const outputs: readonly (readonly [string, object])[] = [
  ['check', {}],
  ['gate', { kind: 'proven' }],
  ['gate', { kind: 'conflict', fault }],
  ['gate', { kind: 'failed', fault }],
  ['review', { kind: 'approved' }],
  ['review', { kind: 'ask' }],
  ['admit', { kind: 'go' }],
  ['admit', { kind: 'moved' }],
  ['admit', { kind: 'hold', fault }],
  ['merge', { kind: 'merged' }],
  ['merge', { kind: 'moved' }],
  ['switch', { kind: 'verified' }],
  ['switch', { kind: 'reverted', fault }],
];

describe('the change machine', () => {
  holdMachineLaws({
    name: 'change',
    input,
    events: [
      ...['CHECK', 'APPROVE', 'REQUEST_CHANGES', 'ENQUEUE', 'RETRY', 'SUPERSEDE', 'ABANDON'].map((type) => ({ type })),
      { type: 'REJECT', fault },
      ...outputs.map(([effect, output]) => done(effect, output)),
      ...['check', 'gate', 'review', 'admit', 'merge', 'switch'].map((effect) => failed(effect)),
    ],
    states: {
      drafted: [],
      checking: ['check'],
      gating: ['gate'],
      'reviewing.asking': ['review'],
      'reviewing.deciding': [],
      changesRequested: [],
      conflicted: [],
      approved: [],
      'queued.asking': ['admit'],
      'queued.holding': [],
      regating: ['gate'],
      merging: ['merge'],
      mergeHeld: [],
      merged: ['switch'],
      switchHeld: [],
      verified: [],
      reverted: [],
      rejected: [],
      superseded: [],
      abandoned: [],
    },
    waiting: ['reviewing.deciding', 'changesRequested', 'conflicted', 'queued.holding', 'mergeHeld', 'switchHeld'],
  });

  const toMerging: readonly MachineEvent[] = [
    { type: 'CHECK' },
    done('check'),
    done('gate', { kind: 'proven' }),
    done('review', { kind: 'approved' }),
    { type: 'ENQUEUE' },
    done('admit', { kind: 'go' }),
  ];
  const after = (events: readonly MachineEvent[]) => fold('change', input, events);

  it.each(['ABANDON', 'SUPERSEDE', 'CHECK', 'RETRY'])('cannot be taken away by %s while it merges', (type) => {
    expect(stateName(after([...toMerging, { type }]).snapshot)).toBe('merging');
    expect(stateName(after([...toMerging, { type: 'REJECT', fault }]).snapshot)).toBe('merging');
  });

  it('proves and asks again when the branch moved under the merge', () => {
    const moved = [...toMerging, done('merge', { kind: 'moved' })];
    expect(stateName(after(moved).snapshot)).toBe('regating');
    expect(stateName(after([...moved, done('gate', { kind: 'proven' })]).snapshot)).toBe('reviewing.asking');
  });

  it('waits with its fault when the merge could not be carried out', () => {
    const held = after([...toMerging, failed('merge', 'DISK_FULL')]);
    expect(stateName(held.snapshot)).toBe('mergeHeld');
    expect(held.snapshot.context).toMatchObject({ fault: { code: 'DISK_FULL' } });
  });

  it.each([
    ['RETRY', 'merging'],
    ['REJECT', 'rejected'],
    ['ABANDON', 'abandoned'],
    ['SUPERSEDE', 'mergeHeld'],
    ['APPROVE', 'mergeHeld'],
  ])('goes from a merge that failed half-way by %s to %s', (type, state) => {
    const event = type === 'REJECT' ? { type, fault } : { type };
    expect(stateName(after([...toMerging, failed('merge'), event]).snapshot)).toBe(state);
  });

  it('is not taken for taken back when the switch failed, and can only go on', () => {
    const held = [...toMerging, done('merge', { kind: 'merged' }), failed('switch', 'DISK_FULL')];
    expect(stateName(after(held).snapshot)).toBe('switchHeld');
    expect(after(held).snapshot.context).toMatchObject({ fault: { code: 'DISK_FULL' } });
    for (const event of [{ type: 'ABANDON' }, { type: 'REJECT', fault }, { type: 'SUPERSEDE' }])
      expect(stateName(after([...held, event]).snapshot)).toBe('switchHeld');
    expect(stateName(after([...held, { type: 'RETRY' }]).snapshot)).toBe('merged');
  });

  it.each([
    ['a review', [{ type: 'CHECK' }, done('check'), done('gate', { kind: 'proven' }), done('review', { kind: 'ask' })]],
    [
      'changes that were asked for',
      [
        { type: 'CHECK' },
        done('check'),
        done('gate', { kind: 'proven' }),
        done('review', { kind: 'ask' }),
        { type: 'REQUEST_CHANGES' },
      ],
    ],
    ['a conflict', [{ type: 'CHECK' }, done('check'), done('gate', { kind: 'conflict', fault })]],
    ['a hold', [...toMerging.slice(0, -1), done('admit', { kind: 'hold', fault })]],
  ] as const)('is checked anew when its files were taken again in %s, and forgets what was wrong', (_where, before) => {
    const again = after([...before, { type: 'CHECK' }]);
    expect(stateName(again.snapshot)).toBe('checking');
    expect(again.snapshot.context).toMatchObject({ fault: null });
  });

  it('forgets what held it once it may merge', () => {
    const held = [...toMerging.slice(0, -1), done('admit', { kind: 'hold', fault })];
    expect(after(held).snapshot.context).toMatchObject({ fault });
    expect(after([...held, { type: 'RETRY' }, done('admit', { kind: 'go' })]).snapshot.context).toMatchObject({
      fault: null,
    });
  });

  it('starts the second gate as another effect than the first', () => {
    const regating = after([...toMerging, done('merge', { kind: 'moved' })]);
    const gating = after(toMerging.slice(0, 2));
    expect(regating.effects[0]?.token).not.toBe(gating.effects[0]?.token);
  });
});
