import { pathRisk, worseRisk } from '../../domain/changes/risk.ts';
import { matchesAny } from '../../domain/definitions/match-path.ts';
import { row } from '../../domain/journal/kinds.ts';
import type { Engine } from '../engine.ts';
import { planOf } from '../tasks/task-view.ts';
import { draftOf } from './draft.ts';

/** Decides from the changed paths who must review and how risky the change is. */
export async function checkChange(engine: Engine, change: string): Promise<object> {
  const drafted = draftOf(engine, change);
  const tree = engine.definitions.trees.get(drafted.tree);
  const isRestore = planOf(engine, drafted.run).goal.kind === 'restore';
  const outsideScope = drafted.paths
    .map(({ path }) => path)
    .filter((path) => !isRestore && !matchesAny(tree?.scope ?? [], path));
  const owners = [...engine.definitions.trees.values()].filter((one) =>
    outsideScope.some((path) => matchesAny(one.scope, path)),
  );
  const reviewers = [...new Set([...(tree?.reviewers ?? []), ...owners.map((one) => one.id)])].filter(
    (id) => id !== drafted.tree,
  );
  const why: string[] = [];
  let risk = drafted.risk;
  for (const { path } of drafted.paths) {
    const found = pathRisk(path);
    if (found === undefined) continue;
    risk = worseRisk(risk, found.risk);
    why.push(`${path}: ${found.why}`);
  }
  const unowned = outsideScope.filter((path) => !owners.some((one) => matchesAny(one.scope, path)));
  if (unowned.length > 0) {
    risk = 'high';
    why.push(`${unowned[0]}: outside the scope of every tree`);
  }
  await engine.ledger.append([
    row(
      'change.checked',
      { change, outsideScope, reviewers, risk, why },
      { run: drafted.run, keys: [`check:${change}`] },
    ),
  ]);
  return {};
}
