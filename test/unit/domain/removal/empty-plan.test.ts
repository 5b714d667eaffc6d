import { describe, expect, it } from 'vitest';

import { planEmptying } from '../../../../src/domain/removal/empty-plan.ts';
import type { TrashItem } from '../../../../src/domain/removal/trash.ts';

const dayMs = 86_400_000;
const nowMs = 100 * dayMs;

const item = (id: string, more: Partial<TrashItem> = {}): TrashItem => ({
  ...{
    id,
    what: 'slot',
    name: 'env-setup',
    from: '/h/trees/env-setup',
    place: `/h/trash/${id}`,
    why: 'asked',
    run: null,
  },
  ...{ by: { kind: 'person', name: 'anna' }, atMs: nowMs - 40 * dayMs, row: 1, sizeBytes: 10, ref: `refs/${id}` },
  ...{ tree: 'a'.repeat(40), commits: [], holdsWork: false, leftOut: [], state: 'there' },
  ...more,
});

const plan = (items: readonly TrashItem[], more: Partial<Parameters<typeof planEmptying>[1]> = {}) =>
  planEmptying(items, {
    ...{ ids: [], olderThanMs: 30 * dayMs, andRefs: false, nowMs, inUse: new Set<string>() },
    sha256: (text) => text,
    ...more,
  });

describe('emptying the trash', () => {
  it('takes what is old, and the backup only of what the branch has', () => {
    const items = [item('t1'), item('t2', { holdsWork: true }), item('t3', { atMs: nowMs - dayMs })];
    expect(plan(items).items).toMatchObject([
      { id: 't1', refGoes: true },
      { id: 't2', refGoes: false, holdsWork: true },
    ]);
    expect(plan(items).freedBytes).toBe(20);
  });

  it('keeps a folder that is the only copy of something, until that is said as well', () => {
    const only = item('t1', { holdsWork: true, leftOut: [{ path: 'nested', reason: 'nested repository' }] });
    const bare = item('t2', { holdsWork: true, tree: null, ref: null });
    expect(plan([only, bare])).toMatchObject({ items: [], kept: [{ id: 't1' }, { id: 't2' }] });
    expect(plan([only, bare], { andRefs: true }).items).toMatchObject([{ refGoes: true }, { refGoes: false }]);
  });

  it('leaves what a process works in, and what is gone already', () => {
    expect(plan([item('t1')], { inUse: new Set(['t1']) })).toMatchObject({ items: [], kept: [{ id: 't1' }] });
    const gone = item('t2', { state: 'emptied' });
    expect(plan([gone]).items).toEqual([]);
    expect(plan([gone], { ids: ['t2'] }).kept).toEqual([{ id: 't2', why: 'it was emptied already' }]);
    expect(plan([gone], { ids: ['t2'], andRefs: true }).items).toMatchObject([{ refGoes: true, sizeBytes: 0 }]);
  });

  it('is another plan when something else goes, or a backup with it', () => {
    const hashes = [plan([item('t1')]), plan([item('t2')]), plan([item('t1', { holdsWork: true })])].map(
      (one) => one.hash,
    );
    expect(new Set(hashes).size).toBe(3);
  });
});
