import { matchesAny } from '../definitions/match-path.ts';
import type { Tree } from '../definitions/types.ts';

export interface OutsideScope {
  readonly path: string;
  /** Ids of the trees whose scope holds it; none: nobody's. */
  readonly owners: readonly string[];
}

/** Returns the paths that a tree may not change by itself, each with the trees that may. */
export function outsideScope(trees: Iterable<Tree>, tree: Tree | undefined, paths: readonly string[]): OutsideScope[] {
  const all = [...trees];
  return paths
    .filter((path) => !matchesAny(tree?.scope ?? [], path))
    .map((path) => ({ path, owners: all.filter((one) => matchesAny(one.scope, path)).map((one) => one.id) }));
}

/** Returns the trees whose rules look at a change of `tree`: its reviewers, and who owns what lies outside its scope. */
export function reviewersOf(tree: Tree | undefined, outside: readonly OutsideScope[]): readonly string[] {
  const asked = new Set([...(tree?.reviewers ?? []), ...outside.flatMap((one) => one.owners)]);
  return [...asked].filter((id) => id !== tree?.id);
}
