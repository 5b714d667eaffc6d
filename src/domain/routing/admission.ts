/** How many calls a provider is sent at once: few at first, more while all is well, half after it said that it is too much. */
export interface Admission {
  readonly width: number;
  /** Answers in a row since it was last widened or narrowed. */
  readonly nCalm: number;
}

/** Returns it after an answer: one wider when twice as many answers as it is wide came in a row. */
export function widened({ width, nCalm }: Admission, most: number): Admission {
  const calm = nCalm + 1;
  return calm >= 2 * width && width < most ? { width: width + 1, nCalm: 0 } : { width, nCalm: calm };
}

/** Returns it after the provider said that it is too much: half as wide, at least one. */
export const narrowed = ({ width }: Admission): Admission => ({ width: Math.max(1, Math.floor(width / 2)), nCalm: 0 });
