/** The first pip whose `install --dry-run --report` is to be relied on. */
export const lowestPip = '22.3';

/** Returns true when the version of pip is new enough. */
export function isModernPip(version: string): boolean {
  return comparePip(version, lowestPip) >= 0;
}

/** Orders versions of pip, which are numbers and dots; what follows them does not count. */
export function comparePip(a: string, b: string): number {
  const [left, right] = [numbers(a), numbers(b)];
  for (let at = 0; at < Math.max(left.length, right.length); at += 1) {
    const difference = (left[at] ?? 0) - (right[at] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

function numbers(version: string): readonly number[] {
  return (/^[0-9.]+/.exec(version)?.[0] ?? '').split('.').map(Number);
}
