import type { Tree } from '../definitions/types.ts';

/**
 * Tells whether some path lies in both patterns; see `match-path.ts` for what they mean. Exact: each pattern is a machine over
 * segments, and the pair of them is searched once, so the work is at most the product of their lengths.
 */
export function patternsOverlap(a: string, b: string): boolean {
  return meet(segmentsOf(a), segmentsOf(b), {
    isStar: (segment) => segment === '**',
    fits: (one, other) => meet([...one], [...other], { isStar: (letter) => letter === '*', fits: (x, y) => x === y }),
  });
}

// A last `**` stands for at least one segment.
function segmentsOf(pattern: string): readonly string[] {
  const segments = pattern.split('/');
  return segments.at(-1) === '**' ? [...segments, '*'] : segments;
}

function meet(
  a: readonly string[],
  b: readonly string[],
  { isStar, fits }: { isStar: (part: string) => boolean; fits: (one: string, other: string) => boolean },
): boolean {
  const seen = new Set<number>();
  const from = (i: number, j: number): boolean => {
    const at = i * (b.length + 1) + j;
    if (seen.has(at)) return false;
    seen.add(at);
    const [one, other] = [a[i], b[j]];
    if (one === undefined && other === undefined) return true;
    if (one !== undefined && isStar(one) && (from(i + 1, j) || (other !== undefined && from(i, j + 1)))) return true;
    if (other !== undefined && isStar(other) && (from(i, j + 1) || (one !== undefined && from(i + 1, j)))) return true;
    if (one === undefined || other === undefined || isStar(one) || isStar(other)) return false;
    return fits(one, other) && from(i + 1, j + 1);
  };
  return from(0, 0);
}

/** Two trees that may change the same paths. */
export interface Overlap {
  readonly trees: readonly [string, string];
  readonly patterns: readonly [string, string];
  readonly sentence: string;
}

/** Returns every pair of trees whose scopes meet, with the first two patterns that do, by id. */
export function findOverlaps(trees: Iterable<Pick<Tree, 'id' | 'scope'>>): readonly Overlap[] {
  const sorted = [...trees].sort((a, b) => (a.id < b.id ? -1 : 1));
  return sorted.flatMap((one, index) =>
    sorted.slice(index + 1).flatMap((other): Overlap[] => {
      for (const mine of one.scope) {
        const its = other.scope.find((pattern) => patternsOverlap(mine, pattern));
        if (its === undefined) continue;
        const paths = mine === its ? mine : `${mine} and ${its}`;
        return [
          {
            trees: [one.id, other.id],
            patterns: [mine, its],
            sentence: `${one.id} and ${other.id} own the same paths (${paths}): each may change them, and neither is asked about a change of the other unless it is its reviewer`,
          },
        ];
      }
      return [];
    }),
  );
}
