/** An alert as it was raised. */
export interface Sign {
  readonly key: string;
  readonly sentence: string;
  readonly atMs: number;
  readonly row: number;
}

/** What came before within this time of the merge is no news of it. */
const beforeMs = 7 * 86_400_000;
/** They tell of people and plans, not of production. */
const others = /^(?:waiting|schedule|outside|update):/;

/** Returns the signs of trouble that began after a merge, oldest first, each kind once: a kind that there was before it is not held against it. */
export function signsAfter(mergedAtMs: number, signs: readonly Sign[]): readonly Sign[] {
  const known = new Set(
    signs.filter(({ atMs }) => atMs <= mergedAtMs && atMs > mergedAtMs - beforeMs).map(({ key }) => key),
  );
  const began: Sign[] = [];
  for (const sign of signs.toSorted((a, b) => a.atMs - b.atMs)) {
    if (sign.atMs <= mergedAtMs || known.has(sign.key) || others.test(sign.key)) continue;
    known.add(sign.key);
    began.push(sign);
  }
  return began;
}
