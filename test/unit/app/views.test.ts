import { describe, expect, it } from 'vitest';

import { changeView } from '../../../src/app/views/change-view.ts';
import { entrySentence } from '../../../src/app/views/journal-line.ts';
import { progressOf } from '../../../src/app/views/progress.ts';
import { findRestoreRow, restoreRows } from '../../../src/app/views/restore-view.ts';
import { runHeads, runView } from '../../../src/app/views/run-view.ts';
import { switchStage } from '../../../src/app/views/stage-view.ts';
import { statusView } from '../../../src/app/views/status-view.ts';
import { spanText } from '../../../src/app/views/text.ts';
import { Fault } from '../../../src/base/fault.ts';
import { doneScene, failedScene, installedScene, undoneScene, waitingScene } from '../../support/journal-scene.ts';
import { addRun, endRun, move, moveRun } from '../../support/scene-rows.ts';

describe('a change', () => {
  it('says of each part without a row that it is not proven', () => {
    const view = changeView(waitingScene().ledger, 'c1');
    expect(view?.evidence.map(({ part, grade }) => `${part} ${grade}`)).toEqual(['boot api', 'smoke generation']);
    expect(view?.notProven[0]).toBe('not proven: that its modules import');
  });

  it('names for every sentence of proof the row that holds it', () => {
    const { ledger } = waitingScene();
    const view = changeView(ledger, 'c1');
    for (const { row, part } of view?.evidence ?? []) {
      const [entry] = ledger.read({ afterSeq: row - 1, limit: 1 });
      expect(entry?.data['evidence']).toMatchObject({ part });
    }
  });

  it('does not count an answer about another tree', () => {
    const scene = waitingScene();
    scene.add(
      'change.gated',
      {
        change: 'c1',
        base: 'f'.repeat(40),
        exact: 'e'.repeat(40),
        environment: 'x',
        components: 'y',
        evidenceKey: 'k',
        reused: [],
        verdict: 'proven',
        fault: null,
        notProven: [],
        durationMs: 1,
      },
      { run: 'r1', keys: ['gate:c1'] },
    );
    const view = changeView(scene.ledger, 'c1');
    expect(view?.reviews.map(({ isCurrent }) => isCurrent)).toEqual([false, false]);
    expect(view?.evidence).toEqual([]);
  });

  it('that is held says why, and what to do', () => {
    const scene = waitingScene();
    const fault = new Fault('HOME_DIRTY', 'requirements.lock has edits of yours.').toRecord();
    scene.add('change.held', { change: 'c1', fault }, { run: 'r1', keys: ['held:c1'] });
    move(scene, { machine: 'change', subject: 'c1', from: 'queued.asking', to: 'queued.holding', run: 'r1' });
    moveRun(scene, 'r1', 'reviewing', 'merging');
    expect(runView(scene.ledger, 'r1')?.waiting).toEqual({
      what: 'merge',
      sentence: 'c1 is approved and waits to be merged: requirements.lock has edits of yours',
      commands: ['git status', 'orchestrate runs resume r1', 'orchestrate review reject c1'],
    });
  });
});

describe('a run', () => {
  it('is as the newest row of its machine says', () => {
    expect(runHeads(undoneScene().ledger).map(({ run, state, isFinal }) => [run, state, isFinal])).toEqual([
      ['r2', 'done', true],
      ['r1', 'done', true],
    ]);
  });

  it('keeps its fault, its retries and the step that failed', () => {
    const view = runView(failedScene().ledger, 'r1');
    expect(view?.fault?.code).toBe('INSTANCE_BOOT_FAILED');
    expect(view?.steps.map(({ id, state, attempt }) => `${id} ${state} ${attempt}`)).toEqual([
      'lock done 1',
      'build done 2',
      'boot failed 1',
      'smoke waiting 1',
    ]);
    expect(view?.restorePoint).toBeNull();
  });

  it('that is paused says how to go on', () => {
    const scene = installedScene();
    addRun(scene, 'r1', 'upgrade pytorch', 'work');
    move(scene, {
      machine: 'run',
      subject: 'r1',
      from: 'executing',
      to: 'paused',
      run: 'r1',
      event: { type: 'TASK_PARKED', fault: new Fault('DISK_FULL', 'The disk is full.').toRecord() as never },
    });
    expect(runView(scene.ledger, 'r1')?.waiting).toEqual({
      what: 'paused',
      sentence: 'r1 is paused: The disk is full.',
      commands: ['orchestrate runs resume r1', 'orchestrate runs cancel r1'],
    });
  });

  it('that nobody knows is undefined', () => {
    expect(runView(installedScene().ledger, 'r1')).toBeUndefined();
  });
});

describe('the switch', () => {
  const sentences = (more: object): readonly string[] => {
    const scene = installedScene();
    const data = {
      change: 'c1',
      outcome: 'switched',
      instance: 'i3',
      downMs: 1_200,
      requeued: 2,
      reason: null,
    } as const;
    scene.add('service.switched', { ...data, ...more }, { run: 'r1', keys: ['switch:c1'] });
    const [entry] = scene.ledger.read({ kinds: ['service.switched'], limit: 1 });
    return entry === undefined ? [] : [switchStage(entry)?.sentence ?? '', entrySentence(entry)];
  };

  it('tells in a clause for how long the new one was watched, and how often it answered', () => {
    expect(sentences({ watched: { ms: 5_012, nAnswers: 6, isInterrupted: false } })).toEqual([
      'production runs it as i3; down 1.2 s; 2 pending prompts queued again; watched 5.0 s, 6 answers',
      'production switched, i3, down 1.2 s, watched 5.0 s, 6 answers',
    ]);
    expect(sentences({ watched: { ms: 61_000, nAnswers: 1, isInterrupted: true } })[0]).toMatch(
      /; watched 1m01 s with an interruption, 1 answer$/,
    );
  });

  it('claims no watch where nothing was watched', () => {
    expect(sentences({}).join(' ')).not.toContain('watched');
  });
});

describe('progress', () => {
  it('tells no row twice', () => {
    const { entries } = doneScene();
    const reader = progressOf('r1');
    const once = entries.flatMap((entry) => reader.read(entry));
    expect(once.length).toBeGreaterThan(10);
    expect(entries.flatMap((entry) => reader.read(entry))).toEqual([]);
  });

  it('numbers steps as the plan does and stages after them', () => {
    const reader = progressOf('r1');
    const done = doneScene()
      .entries.flatMap((entry) => reader.read(entry))
      .flatMap((event) => (event.kind === 'done' ? `${event.n} ${event.id}` : []));
    expect(done).toEqual(['1 lock', '2 build', '3 boot', '4 smoke', '5 gate', '6 merge', '7 switch']);
  });
});

describe('the summary', () => {
  it('is busy only while a run goes on that waits for nobody', () => {
    const scene = installedScene();
    expect(statusView(scene.ledger, 'x').isBusy).toBe(false);
    addRun(scene, 'r1', 'upgrade pytorch', 'work');
    expect(statusView(scene.ledger, 'x').isBusy).toBe(true);
    endRun(scene, 'r1', 'previewing', 'done');
    expect(statusView(scene.ledger, 'x').isBusy).toBe(false);
    expect(statusView(waitingScene().ledger, 'x').isBusy).toBe(false);
  });

  it('always has five lines and a command', () => {
    for (const scene of [installedScene(), waitingScene(), doneScene(), failedScene(), undoneScene()]) {
      const { lines, next } = statusView(scene.ledger, 'comfy-home');
      expect(lines).toHaveLength(5);
      expect(next).toMatch(/^orchestrate /);
    }
  });
});

describe('a restore point', () => {
  it.each([
    '1',
    '0001',
    '0001-upgrade-pytorch',
    'restore/0001-upgrade-pytorch',
    'refs/tags/restore/0001-upgrade-pytorch',
  ])('is found by %s', (name) => {
    expect(findRestoreRow(restoreRows(doneScene().ledger), name)?.data.number).toBe(1);
  });
});

describe('a journal row', () => {
  it('is one line, whatever its kind', () => {
    for (const scene of [undoneScene(), failedScene()]) {
      for (const entry of scene.entries) expect(entrySentence(entry)).toMatch(/^\S.*\S$/);
    }
  });

  it('of a newer version is shown by its name', () => {
    const [entry] = installedScene().entries;
    expect(entry && entrySentence({ ...entry, kind: 'moon.landed' })).toBe(
      'a row of the kind moon.landed, which this version does not know',
    );
  });
});

describe('a span of time', () => {
  it.each([
    [0, '0.0 s'],
    [9_940, '9.9 s'],
    [9_960, '10 s'],
    [59_499, '59 s'],
    [89_000, '1m29 s'],
    [3_599_600, '1h00m'],
    [7_500_000, '2h05m'],
  ])('%d ms is %s', (ms, text) => {
    expect(spanText(ms)).toBe(text);
  });
});
