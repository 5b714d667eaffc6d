import { matchesAny } from '../../domain/definitions/match-path.ts';
import type { Playbook } from '../../domain/definitions/types.ts';
import { dataOf } from '../../domain/journal/kinds.ts';
import { type PlanDraft, plannedFiles } from '../../domain/plans/plan.ts';
import { type Placement, placeInShortest } from '../../domain/scale/place.ts';
import type { Engine } from '../engine.ts';
import { slotsOf } from './slots-of.ts';

/**
 * Chooses the tree of a run whose playbook allows several: among those whose scope covers every file that the plan writes,
 * the one with the shortest line per slot. Null where the playbook names one tree only. Where none covers them all, the first:
 * what it may not change goes to the owners as ever.
 */
export function placeRun(
  engine: Engine,
  { run, playbook, draft }: { run: string; playbook: Playbook; draft: PlanDraft },
): Placement | null {
  if (playbook.trees.length === 0) return null;
  const written = plannedFiles({ ...draft, files: draft.files ?? [] }).map(({ path }) => path);
  const covers = (scope: readonly string[]): boolean => written.every((path) => matchesAny(scope, path));
  const trees = [playbook.tree, ...playbook.trees].flatMap((id) => engine.definitions.trees.get(id) ?? []);
  const covering = trees.filter(({ scope }) => covers(scope));
  const among = (covering.length > 0 ? covering : trees.slice(0, 1)).map((tree) => ({
    tree: tree.id,
    nRuns: countRuns(engine, tree.id, run),
    nSlots: slotsOf(engine, tree),
  }));
  return placeInShortest(among) ?? null;
}

/** Open runs that were planned for the tree: they hold a slot of it, wait for one, or are about to. */
const countRuns = (engine: Engine, tree: string, except: string): number =>
  engine.host.all('run').filter(({ subject, isFinal }) => {
    const plan = dataOf('plan.made', engine.ledger.latest(`plan:${subject}`))?.plan;
    return !isFinal && subject !== except && plan?.goal.kind === 'work' && plan.tree === tree;
  }).length;
