/** What three texts or lists give together: both sides' moves, or the names that both moved to different ends. */
export type MergedSides<Value> =
  | { readonly kind: 'merged'; readonly value: Value }
  | { readonly kind: 'conflict'; readonly names: readonly string[] };

export interface Sides<Value> {
  readonly base: Value;
  readonly ours: Value;
  readonly theirs: Value;
}

/**
 * Decides name by name: who moved it wins, and a name that both moved to different ends is a conflict. `same` tells whether two
 * values are one; a value that is not there is undefined. The order of the result is that of `ours`, then of `theirs`.
 */
export function mergeByName<One>(
  sides: Sides<ReadonlyMap<string, One>>,
  same: (a: One, b: One) => boolean,
): MergedSides<ReadonlyMap<string, One>> & { readonly merged: ReadonlyMap<string, One> } {
  const { base, ours, theirs } = sides;
  const isSame = (a: One | undefined, b: One | undefined): boolean =>
    a === undefined || b === undefined ? a === b : same(a, b);
  const merged = new Map<string, One>();
  const names: string[] = [];
  for (const name of new Set([...ours.keys(), ...theirs.keys(), ...base.keys()])) {
    const [was, mine, other] = [base.get(name), ours.get(name), theirs.get(name)];
    const isTaken = isSame(mine, was) || isSame(mine, other);
    if (!isTaken && !isSame(other, was)) names.push(name);
    const value = isTaken ? other : mine;
    if (value !== undefined) merged.set(name, value);
  }
  return names.length > 0
    ? { kind: 'conflict', names: names.sort(), merged }
    : { kind: 'merged', value: merged, merged };
}
