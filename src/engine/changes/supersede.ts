import { Fault } from '../../base/fault.ts';
import { sourceKey } from '../../domain/changes/source.ts';
import type { Engine } from '../engine.ts';
import { planOf } from '../tasks/task-view.ts';
import { isBeyondRecall } from './beyond-recall.ts';
import { draftOf } from './draft.ts';

/** Names where the work of a change was taken from; undefined for a change that a run of ours made. */
function sourceOf(engine: Engine, change: string): string | undefined {
  const { run, tree } = draftOf(engine, change);
  const { goal } = planOf(engine, run);
  return goal.kind === 'submit' ? sourceKey(goal.source, tree) : undefined;
}

/**
 * The same work, submitted again: an older change of the same source and tree gives way, unless it is merging. Its own
 * tree stays kept. Level-triggered: what gave way already takes no such event. A repeat is safe.
 */
export async function supersedeOlder(engine: Engine, change: string): Promise<void> {
  const source = sourceOf(engine, change);
  if (source === undefined) return;
  for (const view of engine.host.all('change')) {
    if (view.subject === change || view.isFinal || numberOf(view.subject) > numberOf(change)) continue;
    if (sourceOf(engine, view.subject) !== source || (await isBeyondRecall(engine, view))) continue;
    const fault = new Fault(
      'CHANGE_SUPERSEDED',
      `${view.subject} gave way to ${change}: the same work, submitted again.`,
      {
        hints: [`orchestrate review show ${change}`],
        state: `The files of ${view.subject} stay kept; the branch and production are as they were.`,
      },
    ).toRecord();
    await engine.host.send(view.subject, { type: 'SUPERSEDE', fault });
  }
}

const numberOf = (change: string): number => Number(change.slice(1));
