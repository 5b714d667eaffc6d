import { createHash } from 'node:crypto';

import { describe, expect, it } from 'vitest';

import { asCommitId, asGitTreeId, type PlanHash } from '../../../../src/base/ids.ts';
import { bytesText, minutesText } from '../../../../src/domain/plans/amounts.ts';
import { describePlan } from '../../../../src/domain/plans/describe.ts';
import { planHash } from '../../../../src/domain/plans/plan-hash.ts';
import type { Plan, PlanGoal } from '../../../../src/domain/plans/plan.ts';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const base = asCommitId('7c1e2a4'.padEnd(40, '0'));

const plan: Plan = {
  hash: '4f9c2a'.padEnd(64, '0') as PlanHash,
  goalText: 'upgrade pytorch',
  goal: { kind: 'work' },
  playbook: 'upgrade-pytorch',
  score: 1,
  tree: 'env-setup',
  risk: 'medium',
  branchRef: 'refs/heads/main',
  base,
  inputs: { package: 'torch', family: 'torchvision', version: '' },
  steps: [
    {
      id: 'record',
      title: 'Record what is installed',
      action: 'env.record',
      agent: 'environment-specialist',
      needs: [],
      with: {},
      timeoutMs: 1,
      retries: 0,
    },
    {
      id: 'lock',
      title: 'Write the lock',
      action: 'env.lock',
      agent: 'environment-specialist',
      needs: ['record'],
      with: {},
      timeoutMs: 1,
      retries: 0,
    },
  ],
  moves: [
    { name: 'torch', from: '2.8.0', to: '2.11.0' },
    { name: 'torchvision', from: '0.23.0', to: '0.26.0' },
    { name: 'sympy', from: null, to: '1.14' },
    { name: 'old', from: '1', to: null },
  ],
  rejected: [{ name: 'torch', version: '2.13.0', why: 'no torchvision 0.28.0 is offered' }],
  lockText: 'lock',
  requirementsText: 'in',
  files: [],
  notes: [],
  mustAsk: null,
  estimates: {
    downloadBytes: 1_900_000_000,
    diskBytes: 5_200_000_000,
    diskFreeBytes: 61_000_000_000,
    minutes: 6,
    productionDownSeconds: 20,
    costUsd: 0,
  },
  warnings: ['xformers 0.0.32 was not built for torch 2.11.0.'],
  model: null,
};

describe('describePlan', () => {
  it('says gigabytes, minutes and production time first', () => {
    expect(`${describePlan(plan).join('\n')}\n`).toMatchInlineSnapshot(`
      "Plan 4f9c2a · upgrade-pytorch (1.00) · risk medium · no language model · cost $0
        download 1.9 GB · disk +5.2 GB of 61 GB free · about 6 min · production down about 20 s, only after you approve
        torch 2.8.0 → 2.11.0 · torchvision 0.23.0 → 0.26.0 · sympy 1.14 is new
        old 1 goes
        not torch 2.13.0: no torchvision 0.28.0 is offered
       1 record  Record what is installed · environment-specialist
       2 lock    Write the lock · environment-specialist
      ! xformers 0.0.32 was not built for torch 2.11.0.
      "
    `);
  });

  it('says what is not known and what costs nothing', () => {
    const estimates = {
      downloadBytes: 0,
      diskBytes: null,
      diskFreeBytes: 500_000_000,
      minutes: 0.5,
      productionDownSeconds: 0,
      costUsd: 1.5,
    };
    const [head, costs] = describePlan({ ...plan, estimates, model: 'some-model' });
    expect(head).toBe('Plan 4f9c2a · upgrade-pytorch (1.00) · risk medium · planned by some-model · cost up to $1.50');
    const free = { ...estimates, costUsd: 0, costIsLikely: true as const };
    expect(describePlan({ ...plan, estimates: free, model: 'some-model' })[0]).toContain('cost that nobody knows');
    expect(costs).toBe(
      '  nothing to download · disk use unknown, 500 MB free · less than a minute · production stays up',
    );
  });

  it('shows no score for a playbook that was named', () => {
    expect(describePlan({ ...plan, score: 0 })[0]).toBe(
      'Plan 4f9c2a · upgrade-pytorch · risk medium · no language model · cost $0',
    );
  });

  it('names what a restore brings back and drops', () => {
    const goal: PlanGoal = {
      kind: 'restore',
      title: 'undo upgrade torch 2.10.0 → 2.11.0',
      to: '0006-upgrade-pytorch',
      commit: asCommitId('a'.repeat(40)),
      proposed: asGitTreeId('c'.repeat(40)),
      drops: ['0008-b', '0007-a'],
    };
    expect(describePlan({ ...plan, goal, steps: [], moves: [], rejected: [], warnings: [] }).slice(2)).toEqual([
      '  brings back 0006-upgrade-pytorch (aaaaaaa) as a new commit on 7c1e2a4 · drops 0008-b, 0007-a',
      '  no package moves',
    ]);
  });
});

describe('planHash', () => {
  const hash = (change: Partial<Plan>): string => planHash({ ...plan, ...change }, sha256);

  it('is the same for the same plan, whatever hash it already has', () => {
    expect(hash({})).toBe(hash({ hash: 'ffff' as PlanHash }));
    expect(hash({})).toMatch(/^[0-9a-f]{64}$/);
  });

  it.each<[string, Partial<Plan>]>([
    ['a step', { steps: plan.steps.slice(1) }],
    ['an input', { inputs: { ...plan.inputs, version: '2.9.1' } }],
    ['a version', { moves: plan.moves.slice(1) }],
    ['the lock', { lockText: 'lock ' }],
    ['the base', { base: asCommitId('b'.repeat(40)) }],
    ['the cap on bytes', { estimates: { ...plan.estimates, downloadBytes: 1_900_000_001 } }],
    ['the cap on money', { estimates: { ...plan.estimates, costUsd: 0.01 } }],
    ['a warning', { warnings: [] }],
  ])('moves with %s', (_, change) => {
    expect(hash(change)).not.toBe(hash({}));
  });

  it('does not move with what is only estimated', () => {
    expect(
      hash({ estimates: { ...plan.estimates, diskFreeBytes: 1, diskBytes: 1, minutes: 99, productionDownSeconds: 1 } }),
    ).toBe(hash({}));
  });
});

describe('amounts', () => {
  it.each([
    [0, '0 bytes'],
    [999, '999 bytes'],
    [1000, '1 kB'],
    [312_400_000, '312 MB'],
    [999_600_000, '1.0 GB'],
    [1_900_000_000, '1.9 GB'],
    [61_000_000_000, '61 GB'],
    [2_500_000_000_000, '2.5 TB'],
  ])('%s bytes read %s', (bytes, text) => {
    expect(bytesText(bytes)).toBe(text);
  });

  it.each([
    [0, 'less than a minute'],
    [1, '1 min'],
    [59.4, '59 min'],
    [80, '1 h 20 min'],
    [120, '2 h'],
  ])('%s minutes read %s', (minutes, text) => {
    expect(minutesText(minutes)).toBe(text);
  });
});
