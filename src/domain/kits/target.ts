import { pathRisk } from '../changes/risk.ts';
import { matchesAny } from '../definitions/match-path.ts';
import type { Tree } from '../definitions/types.ts';

const longest = 200;

/** Returns why a kit may not write a path of home, as the end of a sentence, or undefined when it may. */
export function targetProblem(path: string): string | undefined {
  if (path.length > longest) return `is longer than ${longest} characters`;
  if (path.startsWith('/') || /^[A-Za-z]:/.test(path)) return 'is not relative to home';
  if (/[\\\p{Cc}]/u.test(path)) return 'has a character that no path of a template has';
  for (const name of path.split('/')) {
    if (name === '' || name === '.' || name === '..') return `leaves its folder (${JSON.stringify(name)})`;
    if (/^\.?git(~1)?[. ]*$/i.test(name.normalize('NFKC')) && name !== 'git') return 'can be taken for .git';
    if (!/^[A-Za-z0-9._@-]+$/.test(name)) return `has the name ${JSON.stringify(name)}, which not every system takes`;
  }
  const risk = pathRisk(path);
  return risk === undefined ? undefined : `${risk.why}, and no template writes that`;
}

/** Returns the trees whose scope covers every one of the paths; of them one can carry the change. */
export const coveringTrees = (trees: Iterable<Tree>, paths: readonly string[]): readonly Tree[] =>
  [...trees].filter(({ scope }) => paths.every((path) => matchesAny(scope, path)));
