import { describe, expect, it } from 'vitest';

import { seeEnvironmentStable, type StableFacts } from '../../../../src/domain/conditions/environment-stable.ts';
import { seeMaintenanceApproved } from '../../../../src/domain/conditions/maintenance-window.ts';
import { whyNotOwner } from '../../../../src/domain/conditions/owner.ts';
import { weekdays } from '../../../../src/domain/policy/windows.ts';

const nothing: StableFacts = { switched: null, recorded: null, merging: null, outside: null };
const switched = { row: 20, atMs: 200, change: 'c1', isReverted: false };
const recorded = { row: 10, atMs: 100 };

describe('a stable environment', () => {
  it.each([
    ['nothing was proven yet', nothing],
    ['c2 is being merged', { ...nothing, switched, merging: 'c2' }],
    [
      'changed outside: pip moved 2 packages',
      { ...nothing, switched, outside: { row: 21, atMs: 210, open: 'pip moved 2 packages' } },
    ],
    [
      'c1 was taken back, and nothing was recorded since',
      { ...nothing, recorded, switched: { ...switched, isReverted: true } },
    ],
  ] as const)('is none when %s', (why, facts) => {
    expect(seeEnvironmentStable(facts)).toEqual({ holds: false, why });
  });

  it('rests on the newest proof, and on the look that found nothing open', () => {
    const outside = { row: 21, atMs: 210, open: null };
    expect(seeEnvironmentStable({ ...nothing, recorded, switched, outside })).toEqual({
      holds: true,
      evidence: ['#20', '#21'],
      sinceMs: 210,
      expiresAtMs: null,
    });
    const reverted = { ...switched, isReverted: true };
    expect(seeEnvironmentStable({ ...nothing, switched: reverted, recorded: { row: 30, atMs: 300 } })).toMatchObject({
      holds: true,
      evidence: ['#30'],
    });
  });
});

describe('an approved maintenance window', () => {
  const window = {
    id: 'w1',
    entry: { kind: 'window', days: weekdays, from: '03:00', to: '05:00', zone: 'UTC' },
    reason: null,
    at: '#12',
  } as const;
  const freeze = {
    id: 'w2',
    entry: { kind: 'freeze', from: '2026-03-01', to: '2026-03-02', zone: 'UTC' },
    reason: null,
    at: '#13',
  } as const;
  const at = (time: string): number => Date.parse(`2026-03-01T${time}:00Z`);

  it('is a merge window that is open, until it shuts', () => {
    expect(seeMaintenanceApproved({ windows: [window], freezes: [] }, at('04:00'))).toEqual({
      holds: true,
      evidence: ['#12: every day 03:00–05:00 UTC'],
      sinceMs: at('03:00'),
      expiresAtMs: at('05:00'),
    });
    expect(seeMaintenanceApproved({ windows: [window], freezes: [] }, at('06:00')).holds).toBe(false);
  });

  it('is none where nobody wrote a window, and none in a freeze', () => {
    expect(seeMaintenanceApproved({ windows: [], freezes: [] }, at('04:00')).holds).toBe(false);
    expect(seeMaintenanceApproved({ windows: [window], freezes: [freeze] }, at('04:00')).holds).toBe(false);
  });
});

describe('who may move a condition', () => {
  const agents = new Map([['systems-administrator', { tree: 'ops-maint' }]]);
  const agent = { kind: 'program', name: 'systems-administrator' } as const;

  it('is an agent of its tree, but never for what is called approved', () => {
    expect(whyNotOwner('ops-maint:disk_looked_at', agent, agents)).toBeUndefined();
    expect(whyNotOwner('env-setup:environment_stable', agent, agents)).toContain('works in ops-maint');
    expect(whyNotOwner('ops-maint:maintenance_window_approved', agent, agents)).toContain('agents do not');
    expect(whyNotOwner('ops-maint:disk_looked_at', { kind: 'program', name: 'demo/i1' }, agents)).toContain('no agent');
  });

  it.each([
    'ops-maint:approval_of_maintenance',
    'ops-maint:window_approval',
    'ops-maint:approved_window',
    'ops-maint:window-approved',
    'ops-maint:window_approved_by_anna',
    'ops-maint:approved',
  ])('is no agent for %s either', (name) => {
    expect(whyNotOwner(name, agent, agents)).toContain('agents do not');
  });

  it('goes by the name, not by the tree, and by whole words', () => {
    const own = new Map([['systems-administrator', { tree: 'approval-desk' }]]);
    expect(whyNotOwner('approval-desk:desk_open', agent, own)).toBeUndefined();
    expect(whyNotOwner('ops-maint:approver_absent', agent, agents)).toBeUndefined();
  });

  it('is every person', () => {
    const anna = { kind: 'person', name: 'anna' } as const;
    expect(whyNotOwner('ops-maint:maintenance_window_approved', anna, agents)).toBeUndefined();
  });
});
