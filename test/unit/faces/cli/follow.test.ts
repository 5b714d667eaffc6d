import { describe, expect, it } from 'vitest';

import { Fault } from '../../../../src/base/fault.ts';
import { exitStatusOfRun } from '../../../../src/faces/cli/exit-status.ts';
import { fakeStreams } from '../../../support/fake-streams.ts';
import { addApprovalAndMerge, installedScene, waitingScene } from '../../../support/journal-scene.ts';
import { orchestrate } from '../../../support/run-orchestrate.ts';
import { base, exactTree, planHash, upgradePlan } from '../../../support/scene-facts.ts';
import { addPlan, addRun, endRun, moveRun } from '../../../support/scene-rows.ts';

/** What was asked of the supervisor after the look at what others changed. */
const asked = ({ asked: all }: Awaited<ReturnType<typeof orchestrate>>['app']) =>
  all.filter(({ kind }) => kind !== 'outside.look');

describe('a change that waits, at a terminal', () => {
  it('is approved in place: exactly the tree that was shown', async () => {
    const scene = waitingScene();
    const streams = fakeStreams({ answers: ['a'] });
    const { exitStatus, app, out, err } = await orchestrate(scene, ['run', 'upgrade pytorch'], {
      streams,
      onAsk: (kind) => {
        if (kind === 'review.answer') addApprovalAndMerge(scene);
        return 'r1';
      },
    });
    expect(exitStatus).toBe(0);
    expect(asked(app)[1]).toEqual({
      kind: 'review.answer',
      data: {
        change: 'c1',
        tree: exactTree,
        base,
        verdict: 'approved',
        comment: null,
        by: { kind: 'person', name: 'anna' },
        when: 'now',
        ticket: null,
        signature: null,
        breakGlass: false,
      },
    });
    expect(streams.questions).toEqual(['[a]pprove, switch now · [t]onight 03:00 · [d]iff · [l]ater · [r]eject > ']);
    expect(err).toContain(
      'Review c1 · risk medium · rules: models-integ 1/1, ops-maint nothing to check\n! not proven: that its modules import',
    );
    expect(err.match(/ 1 lock/g)).toHaveLength(1);
    expect(out).toContain('Done: torch 2.8.0 → 2.11.0');
  });

  it('can be looked at first, and left for later', async () => {
    const streams = fakeStreams({ answers: ['d', 'what?', 'l'] });
    const { exitStatus, app, err } = await orchestrate(waitingScene(), ['run', 'upgrade pytorch'], {
      streams,
      onAsk: () => 'r1',
    });
    expect(exitStatus).toBe(7);
    expect(asked(app)).toHaveLength(1);
    expect(err).toContain('+torch===2.11.0');
    expect(err).toContain('one letter: a, t, d, l or r');
  });

  it('asks again about what is there now when the tree moved meanwhile', async () => {
    const streams = fakeStreams({ answers: ['a', undefined] });
    const { exitStatus, err } = await orchestrate(waitingScene(), ['run', 'upgrade pytorch'], {
      streams,
      onAsk: (kind) => {
        if (kind === 'review.answer')
          throw new Fault('CHANGE_MOVED', 'c1 now is another tree than the one you saw.', {
            state: 'Nothing was approved.',
          });
        return 'r1';
      },
    });
    expect(exitStatus).toBe(7);
    expect(streams.questions).toHaveLength(2);
    expect(err).toContain('error CHANGE_MOVED');
  });

  it('is approved for the next window by one letter', async () => {
    const { app, exitStatus } = await orchestrate(waitingScene(), ['run', 'upgrade pytorch'], {
      streams: fakeStreams({ answers: ['t', 'l'] }),
      onAsk: () => 'r1',
    });
    expect(asked(app)[1]?.data).toMatchObject({ change: 'c1', tree: exactTree, verdict: 'approved', when: 'window' });
    expect(exitStatus).toBe(7);
  });

  it('goes on asking when the answer is refused', async () => {
    const streams = fakeStreams({ answers: ['a', 'l'] });
    const { err } = await orchestrate(waitingScene(), ['run', 'upgrade pytorch'], {
      streams,
      onAsk: (kind) => {
        if (kind === 'review.answer') throw new Fault('CHANGE_NOT_REVIEWABLE', 'c1 takes no answer now.');
        return 'r1';
      },
    });
    expect(err).toContain('error CHANGE_NOT_REVIEWABLE');
    expect(streams.questions).toHaveLength(2);
  });

  it('is never asked about with --json', async () => {
    const streams = fakeStreams({ answers: ['a'] });
    const { exitStatus, app, out } = await orchestrate(waitingScene(), ['run', 'upgrade pytorch', '--json'], {
      streams,
      onAsk: () => 'r1',
    });
    expect(exitStatus).toBe(7);
    expect(asked(app)).toHaveLength(1);
    expect(JSON.parse(out)).toMatchObject({ run: 'r1', waiting: { what: 'review' } });
  });
});

describe('a plan that waits', () => {
  const planScene = () => {
    const scene = installedScene();
    addRun(scene, 'r1', 'upgrade pytorch', 'work');
    addPlan(scene, 'r1', upgradePlan());
    moveRun(scene, 'r1', 'previewing', 'awaitingApproval');
    return scene;
  };

  it('is answered in place with its hash', async () => {
    const scene = planScene();
    const { app, exitStatus, out } = await orchestrate(scene, ['run', 'upgrade pytorch'], {
      streams: fakeStreams({ answers: ['r'] }),
      onAsk: (kind) => {
        if (kind === 'run.answer') endRun(scene, 'r1', 'awaitingApproval', 'cancelled');
        return 'r1';
      },
    });
    expect(asked(app)[1]).toEqual({
      kind: 'run.answer',
      data: { run: 'r1', verdict: 'rejected', planHash, by: { kind: 'person', name: 'anna' } },
    });
    expect(exitStatus).toBe(1);
    expect(out).toMatchInlineSnapshot(`
      "r1 was called off
      Nothing was merged: the branch and production are as they were.
      then: orchestrate report r1  all of r1 in one report
      "
    `);
  });

  it('is answered from elsewhere only when it is still the plan that was seen', async () => {
    const { exitStatus, err } = await orchestrate(planScene(), ['runs', 'approve', 'r1', '--plan', 'beef']);
    expect(exitStatus).toBe(5);
    expect(err).toContain('CHANGE_MOVED');
  });
});

describe('a dry run', () => {
  it('gives the plan as the answer, once', async () => {
    const scene = installedScene();
    addRun(scene, 'r1', 'upgrade pytorch', 'work', { previewOnly: true });
    addPlan(scene, 'r1', upgradePlan());
    endRun(scene, 'r1', 'previewing', 'done');
    const { exitStatus, out, err } = await orchestrate(scene, ['run', 'upgrade pytorch', '--dry-run'], {
      onAsk: () => 'r1',
    });
    expect(exitStatus).toBe(0);
    expect(err).toMatchInlineSnapshot(`
      "r1 · upgrade pytorch
      "
    `);
    expect(out).toMatchInlineSnapshot(`
      "Plan 4f9c21 · upgrade-pytorch (0.97) · risk medium · no language model · cost $0
        download 1.9 GB · disk +5.2 GB of 61 GB free · about 6 min · production down about 20 s, only after you approve
        torch 2.8.0 → 2.11.0 · torchvision 0.23.0 → 0.26.0
        not torch 2.14.1: 6 days old, you ask for 14
       1 lock   Choose versions · env-setup
       2 build  Build the environment · env-setup
       3 boot   Boot ComfyUI · env-setup
       4 smoke  Run your workflows · env-setup
      ! CUDA is not tried: this machine has no GPU
      Nothing was executed.
      next: orchestrate run "upgrade pytorch"
      "
    `);
  });
});

describe('Ctrl-C', () => {
  const interrupted = AbortSignal.abort();

  it('leaves the run going and says so; off a terminal that is all', async () => {
    const { exitStatus, err, out, app } = await orchestrate(waitingScene(), ['run', 'upgrade pytorch'], {
      signal: interrupted,
      onAsk: () => 'r1',
    });
    expect(exitStatus).toBe(130);
    expect(out).toBe('');
    expect(asked(app)).toHaveLength(1);
    expect(err).toContain(
      'r1 goes on without this command line.\nnext: orchestrate runs show r1\nnext: orchestrate runs cancel r1\n',
    );
  });

  it('calls the run off when the person says so', async () => {
    const { exitStatus, app } = await orchestrate(waitingScene(), ['run', 'upgrade pytorch'], {
      signal: interrupted,
      streams: fakeStreams({ answers: ['c'] }),
      onAsk: () => 'r1',
    });
    expect(exitStatus).toBe(130);
    expect(asked(app).map(({ kind }) => kind)).toEqual(['run.start', 'run.cancel']);
  });
});

describe('--detach', () => {
  it('returns at once with the run as it is', async () => {
    const { exitStatus, err, out } = await orchestrate(
      waitingScene(),
      ['run', 'upgrade pytorch', '--detach', '--json'],
      { onAsk: () => 'r1' },
    );
    expect(exitStatus).toBe(0);
    expect(err).toBe('');
    expect(JSON.parse(out)).toMatchObject({ run: 'r1', state: 'reviewing' });
  });
});

describe('the exit status of a run', () => {
  const waiting = { what: 'review', sentence: 'c1 waits for your review', commands: [] } as const;
  const fault = new Fault('INDEX_UNREACHABLE', 'No answer.').toRecord();

  it.each([
    ['done', null, null, 0],
    ['failed', fault, null, 6],
    ['failed', null, null, 1],
    ['rolledBack', fault, null, 6],
    ['cancelled', null, null, 1],
    ['reviewing', null, waiting, 7],
    ['paused', null, waiting, 7],
    ['merging', null, null, 7],
  ] as const)('%s', (state, itsFault, isWaiting, expected) => {
    expect(
      exitStatusOfRun({ state, fault: itsFault, waiting: isWaiting === null ? null : { ...isWaiting, commands: [] } }),
    ).toBe(expected);
  });
});
