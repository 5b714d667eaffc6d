import { typingSlips } from '../definitions/did-you-mean.ts';
import { matchesAny } from '../definitions/match-path.ts';

/** A pattern under which nothing lies, and what is near to it. */
export interface Unmatched {
  readonly pattern: string;
  /** File or folder that was perhaps meant; null when none is near. */
  readonly nearest: string | null;
}

/** Returns the patterns of a scope that match none of the paths. */
export const findUnmatched = (scope: readonly string[], paths: readonly string[]): readonly Unmatched[] =>
  scope
    .filter((pattern) => !paths.some((path) => matchesAny([pattern], path)))
    .map((pattern) => ({ pattern, nearest: nearestPath(pattern, paths) }));

/** The file or folder whose name takes fewest slips to become the fixed beginning of the pattern; by name where two do. */
function nearestPath(pattern: string, paths: readonly string[]): string | null {
  const fixed = pattern.split('/').filter((segment) => !segment.includes('*'));
  const wanted = fixed.join('/');
  const known = new Set<string>();
  for (const path of paths) {
    const segments = path.split('/');
    for (let depth = 1; depth <= segments.length; depth += 1) known.add(segments.slice(0, depth).join('/'));
  }
  let best: { path: string; slips: number } | undefined;
  for (const path of [...known].sort()) {
    const slips = typingSlips(wanted.toLowerCase(), path.toLowerCase());
    // More slips than half of it is another word.
    if (slips <= Math.max(1, wanted.length / 2) && (best === undefined || slips < best.slips)) best = { path, slips };
  }
  return best?.path ?? null;
}

/** Returns what is said about a pattern that matches nothing. */
export const unmatchedText = ({ pattern, nearest }: Unmatched): string =>
  `${pattern} matches no file of the branch${nearest === null ? '' : `; the nearest is ${nearest}`}`;
