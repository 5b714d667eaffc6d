import { describe, expect, it } from 'vitest';

import type { WorkflowProof } from '../../../../src/domain/changes/evidence.ts';
import { type BisectSeen, judgeState, lossesSince, watchedOf } from '../../../../src/domain/restore/bisect-health.ts';

const picture = { widthPx: 8, heightPx: 8, isFlat: false, sha256: 'a', sizeBytes: 9 };
const ran = (name: string, given: Partial<WorkflowProof> = {}): WorkflowProof => ({
  ...{ name, durationMs: 10, pictures: [picture], failure: null },
  ...given,
});
const failed = (name: string): WorkflowProof => ran(name, { pictures: [], failure: 'no such node' });
const seen = (given: Partial<BisectSeen> = {}): BisectSeen => ({
  ...{ bootFailure: null, device: 'cpu', failedPacks: ['old-pack'], workflows: [ran('portrait'), failed('broken')] },
  ...given,
});
const dead = seen({ bootFailure: 'The service ended before it answered: ImportError', workflows: [], failedPacks: [] });
const good = seen();

describe('what is lost', () => {
  it('is nothing where all is as it was: what failed at the good end is no loss', () => {
    expect(lossesSince(good, good)).toEqual([]);
    expect(watchedOf(good, good)).toEqual([]);
  });

  it('is a workflow that fails or draws less, and a pack that does not import', () => {
    const bad = seen({ workflows: [failed('portrait')], failedPacks: ['old-pack', 'new-pack'] });
    expect(watchedOf(good, bad)).toEqual(['node pack new-pack', 'workflow portrait']);
    expect(
      watchedOf(good, seen({ workflows: [ran('portrait', { pictures: [{ ...picture, isFlat: true }] })] })),
    ).toEqual(['workflow portrait']);
    expect(watchedOf(good, seen({ workflows: [ran('portrait', { pictures: [] })] }))).toEqual(['workflow portrait']);
    // Twice as slow says something of the machine.
    expect(watchedOf(good, seen({ workflows: [ran('portrait', { durationMs: 1e9 })] }))).toEqual([]);
  });

  it('is the service alone where it does not start', () => {
    expect(watchedOf(good, dead)).toEqual(['the service']);
  });

  it('is not a workflow that came later and never ran', () => {
    expect(watchedOf(good, seen({ workflows: [ran('portrait'), failed('newer')] }))).toEqual([]);
  });
});

describe('a state', () => {
  const watched = ['workflow portrait'];
  const judged = (now: BisectSeen, of: readonly string[] = watched) => judgeState({ good, watched: of }, now).verdict;

  it('is bad where what is watched is lost', () => {
    expect(judged(seen({ workflows: [failed('portrait')] }))).toBe('bad');
    expect(judged(dead, ['the service'])).toBe('bad');
  });

  it('that does not start says nothing of a workflow or a pack', () => {
    expect(judged(dead)).toBe('skipped');
    expect(judged(dead, ['node pack new-pack', 'workflow portrait'])).toBe('skipped');
    expect(judgeState({ good, watched }, dead).sentence).toMatch(/nothing is seen of workflow portrait: .*ImportError/);
  });

  it('is good where something else is lost', () => {
    expect(judged(seen({ failedPacks: ['new-pack'] }))).toBe('good');
    expect(judged(seen({ workflows: [failed('portrait')] }), ['node pack new-pack'])).toBe('good');
  });

  it('cannot be told where the workflow is not there', () => {
    expect(judged(seen({ workflows: [] }))).toBe('skipped');
    expect(judgeState({ good, watched }, seen({ workflows: [] })).sentence).toBe('It has no workflow portrait.');
  });

  it('is bad for any loss where the bad end does not start at all', () => {
    expect(judged(seen({ workflows: [failed('portrait')] }), ['the service'])).toBe('bad');
    expect(judged(seen({ failedPacks: ['new-pack'] }), ['the service'])).toBe('bad');
    expect(judged(seen({ workflows: [ran('portrait'), failed('newer')] }), ['the service'])).toBe('good');
    expect(judged(good, ['the service'])).toBe('good');
  });
});
