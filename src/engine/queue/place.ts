import { dataOf } from '../../domain/journal/kinds.ts';
import type { Priority } from '../../domain/queue/rank.ts';
import type { Ledger } from '../../ports/index.ts';

/** The journal as it is read here. */
export type Journal = Pick<Ledger, 'read' | 'latest'>;

/**
 * Returns how soon a run is wanted: as it was said last. A way back is critical where nobody said anything: who types `undo`
 * wants to be out of something now.
 */
export function priorityOf(journal: Pick<Journal, 'latest'>, run: string): Priority {
  const said = dataOf('run.prioritised', journal.latest(`priority:${run}`));
  if (said) return said.to;
  const created = dataOf('run.created', journal.latest(`run:${run}`));
  return created?.options.priority ?? (created?.kind === 'undo' || created?.kind === 'restore' ? 'critical' : 'normal');
}

/**
 * Returns since when a change stands in line: since it was first proposed. It keeps its age when it has to be proven or approved
 * again, and its place does not depend on when somebody found the time to say yes.
 */
export function enteredOf(
  journal: Journal,
  change: string,
): { readonly sinceMs: number; readonly wasApproved: boolean } {
  const [first] = journal.read({ key: `change:${change}`, limit: 1 });
  const drafted = journal.latest(`change:${change}`);
  const moves = journal.read({
    key: `machine:${change}`,
    kinds: ['machine.moved'],
    afterSeq: drafted?.seq ?? 0,
    limit: 100,
  });
  const wasApproved = moves.some((one) => dataOf('machine.moved', one)?.to === 'approved');
  return { sinceMs: first?.atMs ?? 0, wasApproved };
}
