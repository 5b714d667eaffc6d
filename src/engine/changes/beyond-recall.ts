import { asCommitId } from '../../base/ids.ts';
import { dataOf } from '../../domain/journal/kinds.ts';
import type { Engine } from '../engine.ts';
import type { MachineView } from '../machines/host.ts';
import { planOf } from '../tasks/task-view.ts';
import { branchHead } from './branch-head.ts';
import { draftOf } from './draft.ts';
import { gateRowOf } from './gate.ts';
import { mergeKey } from './merge-key.ts';
import { mayBePushed } from './remote.ts';

/**
 * Whether a change can no longer be called off: it is merging, the remote has its commit, or the branch holds its merge already. A merge that
 * failed half-way may have moved the branch before it could say so: the branch itself is asked.
 */
export async function isBeyondRecall(engine: Engine, change: MachineView): Promise<boolean> {
  if (['merging', 'merged', 'switchHeld', 'verified', 'reverted'].includes(change.state)) return true;
  return change.state === 'mergeHeld' && hasLeft(engine, change.subject);
}

/** Whether the remote has the merge of the newest gate, or may have it, or the branch holds it. */
export async function hasLeft(engine: Engine, change: string): Promise<boolean> {
  const key = mergeKey(change, gateRowOf(engine, change));
  if (mayBePushed(engine, key)) return true;
  const made = dataOf('effect.done', engine.ledger.latest(`effect:${key}:objects`));
  const commit = made?.output['commit'];
  if (typeof commit !== 'string') return false;
  const { branchRef } = planOf(engine, draftOf(engine, change).run);
  if ((await engine.home.findRef(branchRef)) === undefined) return false;
  // Taken into the store first: a person may have committed on top, and the store does not know that commit.
  return engine.store.isAncestor(asCommitId(commit), await branchHead(engine, branchRef));
}
