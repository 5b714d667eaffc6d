export interface FingerprintDifference {
  readonly item: string;
  readonly kind: 'added' | 'changed' | 'removed';
}

/** Compares two fingerprints (item to digest), sorted by item. */
export function compareFingerprints(
  before: Readonly<Record<string, string>>,
  after: Readonly<Record<string, string>>,
): readonly FingerprintDifference[] {
  const differences: FingerprintDifference[] = [];
  for (const item of [...new Set([...Object.keys(before), ...Object.keys(after)])].sort()) {
    if (before[item] === after[item]) continue;
    const kind = before[item] === undefined ? 'added' : after[item] === undefined ? 'removed' : 'changed';
    differences.push({ item, kind });
  }
  return differences;
}

/** Returns `hooks/post-commit added`. */
export const describeDifference = ({ item, kind }: FingerprintDifference): string => `${item} ${kind}`;
