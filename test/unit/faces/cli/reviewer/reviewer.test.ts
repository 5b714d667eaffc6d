import { describe, expect, it } from 'vitest';

import { Fault } from '../../../../../src/base/fault.ts';
import { textWidth } from '../../../../../src/faces/cli/wrap-line.ts';
import { fakeScreen, type Act } from '../../../../support/fake-screen.ts';
import { fakeStreams } from '../../../../support/fake-streams.ts';
import { addApprovalAndMerge, doneScene, waitingScene } from '../../../../support/journal-scene.ts';
import { orchestrate, type OrchestrateOptions } from '../../../../support/run-orchestrate.ts';
import { addGate } from '../../../../support/scene-changes.ts';
import { base, exactTree } from '../../../../support/scene-facts.ts';
import type { SceneLedger } from '../../../../support/scene-ledger.ts';
import { move } from '../../../../support/scene-rows.ts';

/** Time passes whenever nothing else happens. */
const ticking = (scene: SceneLedger) => ({
  clock: {
    nowMs: () => scene.nowMs(),
    monotonicMs: () => 0,
    bootName: () => '',
    sleep: () =>
      new Promise<boolean>((resolve) => {
        setImmediate(() => resolve(true));
      }),
  },
});

async function review(
  scene: SceneLedger,
  acts: readonly Act[],
  more: OrchestrateOptions & { size?: { columns: number; rows: number } } = {},
) {
  const screen = fakeScreen(acts, more.size);
  const streams = fakeStreams({ screen });
  const outcome = await orchestrate(scene, ['review'], { outside: ticking(scene), ...more, streams });
  return { ...outcome, screen };
}

/** The gate ran again: the branch moved. */
function moveOn(scene: SceneLedger): string {
  const exact = 'c'.repeat(40);
  move(scene, { machine: 'change', subject: 'c1', from: 'reviewing.deciding', to: 'regating', run: 'r1' });
  addGate(scene, 'r1', 'c1', { base: 'd'.repeat(40), exact });
  move(scene, { machine: 'change', subject: 'c1', from: 'reviewing.asking', to: 'reviewing.deciding', run: 'r1' });
  return exact;
}

describe('the reviewer', () => {
  it('begins with what waits, and gives the terminal back at the end', async () => {
    const { screen, exitStatus, out } = await review(waitingScene(), ['q']);
    expect(screen.frames.at(-1)).toMatchInlineSnapshot(`
      " review  what waits for you                                        all in sight
      ────────────────────────────────────────────────────────────────────────────────
       ▸ c1  medium  Upgrade PyTorch to 2.11.0
                     waits for your review · env-setup · 0.0 s


















      ────────────────────────────────────────────────────────────────────────────────
       ↑↓ choose   Enter open   A all   q leave   ? help"
    `);
    expect(screen.isClosed()).toBe(true);
    expect(exitStatus).toBe(0);
    expect(out).toBe('');
  });

  it('shows a change on one screen: the sentence, the risk, what is not proven, who says what, the way back, the keys', async () => {
    const { screen } = await review(waitingScene(), ['return', 'ctrl-c']);
    expect(screen.last()).toMatchInlineSnapshot(`
      " review c1                                              1–20 of 33, space: more
      ────────────────────────────────────────────────────────────────────────────────
       c1  Upgrade PyTorch to 2.11.0  ·  waits for your review
       exact tree a81f03d on 7c1e2a4 · env-setup · r1, draft 1 · made by env-setup #50

       does        Upgrade PyTorch to 2.11.0: 2 files of env-setup. #50
       risk        MEDIUM  it changes the environment #53
       not proven  that its modules import
                   that torch computes, and that every package has what it needs
                   GPU kernels: it booted on the CPU #58
                   your other 41 workflows #58

       who says    ✓ rule     models-integ  approved, 1 of 1 question yes #60
                       yes Does it boot from the exact tree? booted on :8191 in 13.6 s
                       #40
                   – rule     ops-maint  nothing to check, which is no approval #61
                   · person   nobody has answered about this tree: it waits for you

       undo        orchestrate undo   (once it is merged): brings back 7c1e2a4,
                   0000-init: with the environment that was adopted, as it lies there
                   then #2

      ────────────────────────────────────────────────────────────────────────────────
       [a]pprove  [t]onight 03:00  [d]iff  [c]hanges  [l]ater  [r]eject  ? help"
    `);
  });

  it('fills the screen exactly, whatever its size, and nothing is wider', async () => {
    for (const size of [
      { columns: 80, rows: 24 },
      { columns: 120, rows: 40 },
      { columns: 34, rows: 12 },
    ]) {
      const { screen } = await review(
        waitingScene(),
        ['return', 'pagedown', 'd', '?', 'x', 'q', 'a', 'n', 'c', 'hello', 'ctrl-c'],
        { size },
      );
      for (const frame of screen.frames) {
        expect(frame.split('\n')).toHaveLength(size.rows);
        for (const line of frame.split('\n')) expect(textWidth(line)).toBeLessThanOrEqual(size.columns);
      }
    }
  });

  it('approves exactly the tree on the screen, once a question is answered with y', async () => {
    const scene = waitingScene();
    const { app, screen } = await review(scene, ['return', 'a', 'y', 'ctrl-c'], {
      onAsk: () => {
        addApprovalAndMerge(scene);
        return 'r1';
      },
    });
    expect(screen.frames.some((frame) => frame.includes('Approve c1, exact tree a81f03d'))).toBe(true);
    expect(app.asked).toEqual([
      {
        kind: 'review.answer',
        data: expect.objectContaining({ change: 'c1', tree: exactTree, base, verdict: 'approved' }),
      },
    ]);
    expect(screen.last()).toContain('is merged and live');
    expect(screen.last()).toContain('c1 is approved.');
  });

  it('asks nothing of anybody when the question is answered with anything else', async () => {
    const { app, screen } = await review(waitingScene(), ['return', 'a', 'x', 'r', 'no', 'escape', 'ctrl-c']);
    expect(app.asked).toEqual([]);
    expect(screen.last()).toContain('Nothing was answered.');
  });

  it('never approves another tree than the one that was seen: a change that moves takes the question away', async () => {
    const scene = waitingScene();
    const { app, screen } = await review(scene, ['return', 'a', () => moveOn(scene), 'y', 'ctrl-c']);
    expect(app.asked).toEqual([]);
    expect(screen.last()).toContain('exact tree ccccccc');
    expect(
      screen.frames.some((frame) =>
        frame.includes('c1 moved while you looked: it is tree ccccccc on ddddddd now, and was'),
      ),
    ).toBe(true);
  });

  it('takes the rest of a sentence for no command when the change moves in the middle of it, until Escape or Enter', async () => {
    const scene = waitingScene();
    const { app, screen } = await review(
      scene,
      ['return', 'c', 'keep it this w', () => moveOn(scene), () => undefined, 'ay, say okay tonight sy', 'ctrl-c'],
      { onAsk: () => 'r1' },
    );
    expect(app.asked).toEqual([]);
    expect(screen.last()).toContain('exact tree ccccccc');
    expect(screen.last()).toContain('c1 moved while you looked');
    expect(screen.last()).toContain('Your words were not sent.');

    const other = waitingScene();
    const after = await review(
      other,
      ['return', 'c', 'keep', () => moveOn(other), () => undefined, ' ay', 'return', 'a', 'y', 'ctrl-c'],
      { onAsk: () => 'r1' },
    );
    // Whoever leaves the sentence behind answers as before.
    expect(after.app.asked).toEqual([
      { kind: 'review.answer', data: expect.objectContaining({ verdict: 'approved', tree: 'c'.repeat(40) }) },
    ]);
  });

  it('merges only what waits to be merged', async () => {
    const { app, screen } = await review(waitingScene(), ['return', 'm', 'y', 'ctrl-c'], { onAsk: () => 'r1' });
    expect(app.asked).toEqual([]);
    expect(screen.frames.some((frame) => frame.includes('c1 does not wait to be merged.'))).toBe(true);
  });

  it('shows the new one when the supervisor refuses because it moved', async () => {
    const scene = waitingScene();
    const { screen } = await review(scene, ['return', 'a', 'y', 'ctrl-c'], {
      onAsk: () => {
        moveOn(scene);
        throw new Fault('CHANGE_MOVED', 'c1 now is another tree than the one you saw.', {
          state: 'Nothing was approved.',
        });
      },
    });
    expect(screen.last()).toContain('CHANGE_MOVED');
    expect(screen.last()).toContain('exact tree ccccccc');
  });

  it('rejects with a reason, and rejects nothing without Enter', async () => {
    const { app } = await review(waitingScene(), ['return', 'r', 'too old', 'return', 'ctrl-c'], { onAsk: () => 'r1' });
    expect(app.asked).toEqual([
      {
        kind: 'review.answer',
        data: expect.objectContaining({ verdict: 'rejected', comment: 'too old', tree: exactTree }),
      },
    ]);
  });

  it('approves for the next window, and says when that opens', async () => {
    const { app, screen } = await review(waitingScene(), ['return', 't', 'y', 'ctrl-c'], { onAsk: () => 'r1' });
    expect(screen.frames.some((frame) => frame.includes('[t]onight 03:00'))).toBe(true);
    expect(app.asked).toEqual([
      {
        kind: 'review.answer',
        data: expect.objectContaining({ verdict: 'approved', when: 'window', tree: exactTree }),
      },
    ]);
  });

  it('asks for changes with the words that were typed, and for none without words', async () => {
    const { app, screen } = await review(
      waitingScene(),
      ['return', 'c', 'return', 'c', 'keep xformex', 'backspace', 'rs', 'return', 'ctrl-c'],
      { onAsk: () => 'r1' },
    );
    expect(screen.frames.some((frame) => frame.includes('Nothing was answered: say what has to change.'))).toBe(true);
    expect(app.asked).toEqual([
      {
        kind: 'review.answer',
        data: expect.objectContaining({ verdict: 'changes-requested', comment: 'keep xformers', tree: exactTree }),
      },
    ]);
  });

  it('takes the files again where changes were asked for', async () => {
    const scene = waitingScene();
    move(scene, { machine: 'change', subject: 'c1', from: 'reviewing.deciding', to: 'changesRequested', run: 'r1' });
    const { app, screen } = await review(scene, ['return', 's', 'x', 's', 'y', 'ctrl-c'], { onAsk: () => 'r1' });
    expect(screen.frames.some((frame) => frame.includes('[s]ubmit again'))).toBe(true);
    expect(screen.frames.some((frame) => frame.includes('Take the files of c1 again, as they are now'))).toBe(true);
    expect(app.asked).toEqual([{ kind: 'change.resubmit', data: expect.objectContaining({ change: 'c1' }) }]);
  });

  it('shows the diff, and goes back to the same place of the change', async () => {
    const { screen } = await review(waitingScene(), ['return', 'j', 'd', 'q', 'ctrl-c']);
    expect(screen.frames.some((frame) => frame.includes('+torch===2.11.0'))).toBe(true);
    expect(screen.last()).toContain('2–');
  });

  it('shows what another terminal answered meanwhile', async () => {
    const scene = waitingScene();
    const { screen } = await review(scene, ['return', () => addApprovalAndMerge(scene), () => undefined, 'ctrl-c']);
    expect(screen.last()).toContain('is merged and live');
    expect(screen.last()).not.toContain('[a]pprove');
  });

  it('lists every change when it is asked to', async () => {
    const { screen } = await review(doneScene(), ['A', 'ctrl-c']);
    expect(screen.frames[1]).toContain('Nothing waits for you.');
    expect(screen.last()).toContain('c1');
    expect(screen.last()).toContain('is merged and live');
  });

  it('gives the terminal back when it is interrupted, and when something breaks', async () => {
    const stop = new AbortController();
    const interrupted = await review(waitingScene(), ['return', () => stop.abort(), 'j'], { signal: stop.signal });
    expect(interrupted.screen.isClosed()).toBe(true);
    expect(interrupted.exitStatus).toBe(130);
    const broken = await review(waitingScene(), ['return', 'a', 'y'], {
      onAsk: () => {
        throw new TypeError('x is not a function');
      },
    });
    expect(broken.screen.isClosed()).toBe(true);
    expect(broken.exitStatus).toBe(70);
  });

  it('lets nothing through that steers a terminal', async () => {
    const scene = waitingScene();
    scene.add(
      'review.answered',
      {
        change: 'c1',
        base,
        tree: exactTree,
        policy: 'p1',
        reviewer: 'mallory\u001b[2J',
        by: { kind: 'model', name: 'm\u202e' },
        verdict: 'approved',
        questions: [],
        comment: '\u001b]0;owned\u0007 [y]es \u200b',
      },
      { run: 'r1', keys: ['review:c1', 'review:c1:mallory'] },
    );
    const { screen } = await review(scene, ['return', 'ctrl-c'], { size: { columns: 120, rows: 50 } });
    expect(screen.last()).toContain('model    mallory\\x1b[2J');
    // eslint-disable-next-line no-control-regex -- none of these may get through
    expect(screen.frames.join('')).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b\u202e]/);
  });
});

describe('review alone, where nobody sits at a whole terminal', () => {
  it('is the list, and says what to type', async () => {
    const { out } = await orchestrate(waitingScene(), ['review']);
    expect(out).toContain('next: orchestrate review show c1');
  });
});

describe('an answer that says what was seen', () => {
  it.each(['approve', 'reject', 'merge'])('is refused on another commit: review %s', async (verb) => {
    const { app, err, exitStatus } = await orchestrate(waitingScene(), ['review', verb, 'c1', '--base', 'ddddddd'], {
      onAsk: () => 'r1',
    });
    expect(app.asked).toEqual([]);
    expect(err).toContain('CHANGE_MOVED');
    expect(exitStatus).not.toBe(0);
  });

  it('is given on the commit that it names', async () => {
    const argv = ['review', 'reject', 'c1', '--base', base.slice(0, 7), '--detach'];
    const { app } = await orchestrate(waitingScene(), argv, { onAsk: () => 'r1' });
    expect(app.asked).toMatchObject([{ kind: 'review.answer', data: { base, verdict: 'rejected' } }]);
  });
});
