import { describe, expect, it } from 'vitest';

import { installationActions, runActions } from '../../../src/app/views/next-actions-view.ts';
import { runView } from '../../../src/app/views/run-view.ts';
import { conflictScene } from '../../support/conflict-facts.ts';
import { doneScene, failedScene, glassScene, undoneScene, waitingScene } from '../../support/journal-scene.ts';
import { outsideScene } from '../../support/outside-facts.ts';
import type { SceneLedger } from '../../support/scene-ledger.ts';

const commandsOf = (scene: SceneLedger, run?: string): readonly string[] => {
  const view = run === undefined ? undefined : runView(scene.ledger, run);
  const actions = view === undefined ? installationActions(scene.ledger) : runActions(scene.ledger, view);
  for (const { row } of actions) expect(scene.entries[row - 1]?.seq).toBe(row);
  return actions.map(({ command }) => command);
};

describe('what to do next', () => {
  it('is nothing where nothing is open', () => {
    expect(commandsOf(doneScene())).toEqual([]);
  });

  it.each([
    ['a change that waits for a person', waitingScene, 'orchestrate review show c1'],
    ['a broken glass', glassScene, 'orchestrate followups close f1 --comment "…"'],
    ['two that meet', conflictScene, 'orchestrate runs cancel'],
    ['what changed outside', outsideScene, 'orchestrate outside list'],
  ])('is named for %s', (_, make, command) => {
    expect(commandsOf(make()).join('\n')).toContain(command);
  });

  it('after a run that merged is its way back, whether that was tried, and its report', () => {
    expect(commandsOf(doneScene(), 'r1')).toEqual([
      'orchestrate undo',
      'orchestrate restore drill 0',
      'orchestrate report r1',
    ]);
  });

  it('after a run with a later merge on top is not undo, which would take the later one back', () => {
    expect(commandsOf(undoneScene(), 'r1')).not.toContain('orchestrate undo');
  });

  it('after an answer to an emergency is what it left for somebody to do', () => {
    const scene = failedScene();
    const next = [{ sentence: 'Trouble began after 0007-x: take it back.', command: 'orchestrate undo' }];
    const output = { isServing: true, sentence: 'it answers', next };
    const told = { task: 'r1.advise', attempt: 'r1.advise#1', agent: 'log-analyst', sentence: 'x', durationMs: 1 };
    scene.add('step.reported', { ...told, action: 'incident.advise', output }, { run: 'r1' });
    expect(commandsOf(scene, 'r1')[0]).toBe('orchestrate undo');
  });

  it('after a run that failed is what its fault says to type', () => {
    expect(commandsOf(failedScene(), 'r1')).toEqual(['orchestrate runs show r1', 'orchestrate report r1']);
  });
});
