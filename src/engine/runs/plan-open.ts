import type { JournalKinds } from '../../domain/journal/kinds.ts';
import type { Plan, PlanDraft, PlanGoal } from '../../domain/plans/plan.ts';
import type { Engine } from '../engine.ts';
import { unknownTree } from './plan-submit.ts';

/** What opening a slot for a person comes to: one step, which brings the slot to the branch. Fault: `TREE_NOT_FOUND`. */
export function planOpen(
  engine: Engine,
  created: JournalKinds['run.created'],
): { draft: PlanDraft; goal: PlanGoal; tree: string; steps: Plan['steps'] } {
  const tree = engine.definitions.trees.get(created.tree ?? '');
  if (!tree) throw unknownTree(engine, created.tree ?? '');
  const draft: PlanDraft = {
    moves: [],
    rejected: [],
    lockText: null,
    requirementsText: null,
    downloadBytes: 0,
    diskBytes: 0,
    notes: [],
    changesNothing: true,
    warnings: [],
  };
  const step: Plan['steps'][number] = {
    id: 'open',
    title: `Bring a slot of ${tree.id} to the branch`,
    action: 'slot.open',
    agent: 'person',
    needs: [],
    with: {},
    timeoutMs: 600_000,
    retries: 0,
  };
  return { draft, goal: { kind: 'open' }, tree: tree.id, steps: [step] };
}
