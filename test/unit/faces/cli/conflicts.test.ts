import { describe, expect, it } from 'vitest';

import { conflictScene, met } from '../../../support/conflict-facts.ts';
import { doneScene } from '../../../support/journal-scene.ts';
import { orchestrate } from '../../../support/run-orchestrate.ts';
import { addRun, endRun, move, moveRun } from '../../../support/scene-rows.ts';

const screen = async (...argv: string[]): Promise<string> => (await orchestrate(conflictScene(), argv)).out;

const asked = ({ out }: { out: string }): unknown => (JSON.parse(out) as { asked: unknown }).asked;

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

  it('shows only what two ids make of the same thing, and no cell of what was not asked for', async () => {
    expect(await screen('conflicts', 'r3', 'c1')).toMatchInlineSnapshot(`
      "    c1  r3
      c1  -   S
      r3  S   -
      looked at 2026-08-23 12:01:41Z #69

      ! c1 × r3  S  Upgrade PyTorch to 2.11.0 · upgrade numpy
           package numpy: c1 2.1.0, r3 2.2.0
           Nothing: c1 merges first, then the lock of r3 is made anew from both.
      "
    `);
    const apart = await screen('conflicts', 'r2', 'r3');
    expect(apart).toContain('✓ r2 and r3 do not meet');
    expect(apart).not.toContain('c1');
  });

  it('shows one id with all that it meets, and says nothing of what those make of each other', async () => {
    const scene = conflictScene([
      ...met,
      { first: 'r2', second: 'r3', advice: 'again', textual: ['docs/other.md'], semantic: [] },
    ]);
    expect((await orchestrate(scene, ['conflicts', 'c1'])).out).toMatchInlineSnapshot(`
      "    c1  r2  r3
      c1  -   TS  S
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
    expect((await orchestrate(conflictScene([]), ['conflicts', 'c1'])).out).toContain("✓ c1 is in nobody's way");
  });

  it('finds the work of a slot and of a run by their names', async () => {
    const scene = conflictScene();
    const lease = { run: 'r2', slot: 'env-setup@2', tree: 'env-setup', port: 8192, homePort: 8192, skipped: [] };
    scene.add('lease.taken', lease, { run: 'r2', keys: ['lease:slot:env-setup@2'] });
    expect(asked(await orchestrate(scene, ['conflicts', 'env-setup@2', '--json']))).toEqual(['r2']);
    expect(asked(await orchestrate(scene, ['conflicts', 'r1', '--json']))).toEqual(['c1']);
    const nobody = await orchestrate(scene, ['conflicts', 'env-setup@3']);
    expect(nobody.err).toContain('env-setup@3 is no change, no run, and no slot that somebody works in.');
    expect(nobody.exitStatus).not.toBe(0);
    expect((await orchestrate(scene, ['conflicts', 'cats'])).exitStatus).not.toBe(0);
  });

  it('says of an id that has ended that it has', async () => {
    const scene = conflictScene();
    endRun(scene, 'r2', 'executing', 'failed');
    expect((await orchestrate(scene, ['conflicts', 'r2'])).err).toContain('RUN_FINISHED r2 has ended');
    move(scene, {
      machine: 'change',
      subject: 'c1',
      from: 'reviewing.deciding',
      to: 'rejected',
      run: 'r1',
      isFinal: true,
    });
    expect((await orchestrate(scene, ['conflicts', 'c1'])).err).toContain('CHANGE_FINISHED c1 is rejected');
    expect((await orchestrate(scene, ['conflicts', 'r3', 'c1'])).err).toContain('CHANGE_FINISHED');
  });

  it('says what was not compared', async () => {
    const scene = conflictScene([], { nLeftOut: 7 });
    addRun(scene, 'r4', 'upgrade pillow', 'work');
    moveRun(scene, 'r4', 'previewing', 'executing');
    expect((await orchestrate(scene, ['conflicts'])).out).toContain(
      '! 7 more pieces of work are open and were not compared: only those that come first in line are',
    );
    const late = (await orchestrate(scene, ['conflicts', 'r4'])).out;
    expect(late).toContain(
      '! r4 was not compared: it touches nothing yet, comes too late in line, or is newer than the last look',
    );
    expect(late).not.toContain('nobody');
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
