import type { Severity } from '../diagnosis/finding.ts';
import { blamedForMs } from '../emergencies/blamed.ts';
import { emergencyOfAlert } from '../emergencies/by-alert.ts';

/** An alert as it was raised. */
export interface Sign {
  readonly key: string;
  readonly sentence: string;
  readonly atMs: number;
  readonly row: number;
}

/** What came before within this time of the merge is no news of it. */
const beforeMs = 7 * 86_400_000;

/**
 * Returns the signs of trouble that may come from a merge, oldest first, each kind once: what began after it within the time in which a
 * switch is blamed for such an emergency. A kind that there was before it is not held against it, nor is what is only told.
 */
export function signsAfter(
  mergedAtMs: number,
  signs: readonly (Sign & { readonly severity: Severity })[],
): readonly Sign[] {
  const known = new Set(
    signs.filter(({ atMs }) => atMs <= mergedAtMs && atMs > mergedAtMs - beforeMs).map(({ key }) => key),
  );
  const began: Sign[] = [];
  for (const { severity, ...sign } of signs.toSorted((a, b) => a.atMs - b.atMs)) {
    const limitMs = blamedForMs(emergencyOfAlert(sign.key)) ?? 0;
    if (sign.atMs <= mergedAtMs || sign.atMs - mergedAtMs > limitMs) continue;
    if (known.has(sign.key) || severity === 'informational') continue;
    known.add(sign.key);
    began.push(sign);
  }
  return began;
}
