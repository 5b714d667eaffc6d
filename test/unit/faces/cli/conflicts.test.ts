import { describe, expect, it } from 'vitest';

import { conflictScene } from '../../../support/conflict-facts.ts';
import { doneScene } from '../../../support/journal-scene.ts';
import { orchestrate } from '../../../support/run-orchestrate.ts';
import { endRun } from '../../../support/scene-rows.ts';

const screen = async (...argv: string[]): Promise<string> => (await orchestrate(conflictScene(), argv)).out;

describe('conflicts', () => {
  it('shows the matrix, what both touch, and what to do', async () => {
    expect(await screen('conflicts')).toMatchInlineSnapshot(`
      "    c1  r2  r3
      c1  -   TS  S
      r2  TS  -   ·
      r3  S   ·   -
      looked at 2026-08-23 12:01:41Z #69

      ! c1 × r2  TS  Upgrade PyTorch to 2.11.0 · remove torch
           package torch: c1 2.11.0, r2 takes it away
           the same lines of docs/notes.md
           Somebody has to say which is meant, as both are about package torch: call one of them off.
      next: orchestrate runs cancel r2
      next: orchestrate review reject c1

      ! c1 × r3  S  Upgrade PyTorch to 2.11.0 · upgrade numpy
           package numpy: c1 2.1.0, r3 2.2.0
           Nothing: c1 merges first, then the lock of r3 is made anew from both.
      "
    `);
  });

  it('shows only what two ids make of the same thing', async () => {
    const out = await screen('conflicts', 'r3', 'c1');
    expect(out).toContain('c1 × r3');
    expect(out).not.toContain('c1 × r2');
  });

  it('forgets what has ended since it was looked at', async () => {
    const scene = conflictScene();
    endRun(scene, 'r2', 'executing', 'failed');
    const { out } = await orchestrate(scene, ['conflicts']);
    expect(out).not.toContain('r2');
    expect(out).toContain('c1 × r3');
  });

  it('says so where nothing meets, and where nothing is open', async () => {
    expect((await orchestrate(conflictScene([]), ['conflicts'])).out).toContain(
      'none of them stands in the way of another',
    );
    expect((await orchestrate(doneScene(), ['conflicts'])).out).toBe('✓ nothing is open\n');
  });

  it('names an id that is nobody', async () => {
    const unknown = await orchestrate(conflictScene(), ['conflicts', 'c77']);
    expect(unknown.err).toContain('CHANGE_NOT_FOUND There is no change c77.');
    expect((await orchestrate(conflictScene(), ['conflicts', 'r77'])).err).toContain('RUN_NOT_FOUND');
    expect((await orchestrate(conflictScene(), ['conflicts', '../x'])).exitStatus).toBe(2);
  });

  it('has a line in status and in review show', async () => {
    const status = await screen('status');
    expect(status.split('\n').find((line) => line.startsWith('conflict'))).toBe(
      'conflict c1 × r2: package torch, lines of docs/notes.md (somebody decides) · 1 more',
    );
    expect(await screen('review', 'show', 'c1')).toContain(
      'meets       ! r2: package torch, lines of docs/notes.md (somebody decides) #69',
    );
    expect((await orchestrate(conflictScene([]), ['status'])).out).not.toContain('conflict');
  });
});
