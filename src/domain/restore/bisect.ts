/** What a probe of a bisect says of a state. `skipped`: it could not be tried, so nothing is known of it. */
export const bisectVerdicts = ['good', 'bad', 'skipped'] as const;
export type BisectVerdict = (typeof bisectVerdicts)[number];

/** What is to be done next. Positions count from 0, the good end of the line. */
export type BisectMove =
  | {
      readonly kind: 'probe';
      readonly index: number;
      /** States of which each may be the first bad one. */
      readonly nSuspects: number;
      /** Probes that are left at most where none has to be skipped, this one included. */
      readonly nStepsLeft: number;
    }
  /** No probe tells more. Several suspects: what lies between them could not be tried. */
  | { readonly kind: 'found'; readonly suspects: readonly number[] };

/**
 * Halves a line of states that begins with a good and ends with a bad one: the state in the middle of the suspects is tried
 * next; where that one was skipped, the nearest to it that was not. Pure: the same verdicts give the same answer.
 */
export function nextBisectMove(nStates: number, verdicts: ReadonlyMap<number, BisectVerdict>): BisectMove {
  let good = 0;
  let bad = nStates - 1;
  for (const [index, verdict] of verdicts) {
    if (verdict === 'bad') bad = Math.min(bad, index);
    if (verdict === 'good') good = Math.max(good, index);
  }
  const between = Array.from({ length: Math.max(0, bad - good - 1) }, (_, nth) => good + 1 + nth);
  const middle = (good + bad) / 2;
  const [next] = between
    .filter((index) => !verdicts.has(index))
    .toSorted((one, other) => Math.abs(one - middle) - Math.abs(other - middle) || one - other);
  if (next === undefined) return { kind: 'found', suspects: [...between, bad] };
  const nSuspects = bad - good;
  return { kind: 'probe', index: next, nSuspects, nStepsLeft: bisectSteps(nSuspects) };
}

/** Probes that halving so many suspects takes at most. */
export const bisectSteps = (nSuspects: number): number => Math.ceil(Math.log2(Math.max(1, nSuspects)));
