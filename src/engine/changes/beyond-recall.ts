import { asCommitId } from '../../base/ids.ts';
import { dataOf } from '../../domain/journal/kinds.ts';
import type { Engine } from '../engine.ts';
import type { MachineView } from '../machines/host.ts';
import { planOf } from '../tasks/task-view.ts';
import { draftOf } from './draft.ts';
import { gateRowOf } from './gate.ts';
import { mergeKey } from './merge-key.ts';

/**
 * Whether a change can no longer be called off: it is merging, or the branch holds its merge already. A merge that
 * failed half-way may have moved the branch before it could say so: the branch itself is asked.
 */
export async function isBeyondRecall(engine: Engine, change: MachineView): Promise<boolean> {
  if (['merging', 'merged', 'switchHeld', 'verified', 'reverted'].includes(change.state)) return true;
  if (change.state !== 'mergeHeld') return false;
  const made = dataOf('effect.done', engine.ledger.latest(`effect:${mergeKey(change.subject, gateRowOf(engine, change.subject))}:objects`));
  const commit = made?.output['commit'];
  if (typeof commit !== 'string') return false;
  const { branchRef } = planOf(engine, draftOf(engine, change.subject).run);
  const head = await engine.home.findRef(branchRef);
  return head === commit || (head !== undefined && (await engine.store.isAncestor(asCommitId(commit), asCommitId(head))));
}
