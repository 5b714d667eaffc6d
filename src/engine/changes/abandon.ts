import type { Engine } from '../engine.ts';
import { isBeyondRecall } from './beyond-recall.ts';
import { findChangeOf } from './draft.ts';

/**
 * Calls off the change of a run, if it has one, before the run itself: once it is called off it cannot merge any more, whatever the run
 * does. False when it is too late for that. A repeat is safe.
 */
export async function abandonChangeOf(engine: Engine, run: string): Promise<boolean> {
  const change = findChangeOf(engine, run)?.change;
  const at = change === undefined ? undefined : engine.host.find(change);
  if (at === undefined || at.isFinal) return true;
  return !(await isBeyondRecall(engine, at)) && engine.host.send(at.subject, { type: 'ABANDON' });
}
