import { isLockable, printLock } from './lock.ts';

/** A package of a borrowed environment, with what stands for its files. */
export interface BorrowedPackage {
  readonly name: string;
  readonly version: string;
  readonly mark: string;
}

/** The installer of an environment is no part of what a service needs. */
const installers: ReadonlySet<string> = new Set(['pip']);

/**
 * Returns the lock of an environment that is used where it was found, and the packages whose name or version no lock
 * can hold: they are there all the same.
 */
export function borrowedLock(found: {
  readonly python: string;
  readonly abi: string;
  readonly platform: string;
  readonly packages: readonly { readonly name: string; readonly version: string }[];
}): { readonly lockText: string; readonly unnamed: readonly string[] } {
  const { python, abi, platform, packages } = found;
  const named = packages.filter((one) => isLockable(one) && !installers.has(one.name));
  const lockText = printLock({
    abi,
    platform,
    borrowed: python,
    packages: named.map(({ name, version }) => ({ name, version, sha256: [], file: '', sizeBytes: null })),
  });
  return { lockText, unnamed: packages.filter((one) => !isLockable(one)).map(({ name }) => name) };
}

/** Says package by package what is not as it was recorded; never empty, as files may belong to no package. */
export function borrowedChanges(
  before: readonly BorrowedPackage[],
  now: readonly BorrowedPackage[],
): readonly string[] {
  const [old, there] = [byName(before), byName(now)];
  const changes = [...new Set([...old.keys(), ...there.keys()])].sort().flatMap((name) => {
    const [from, to] = [old.get(name), there.get(name)];
    if (from === undefined) return [`${name} ${to?.version ?? ''} added`];
    if (to === undefined) return [`${name} ${from.version} removed`];
    if (from.version !== to.version) return [`${name} ${from.version} → ${to.version}`];
    return from.mark === to.mark ? [] : [`files of ${name} ${from.version}`];
  });
  return changes.length > 0 ? changes : ['files that belong to no package'];
}

const byName = (packages: readonly BorrowedPackage[]): ReadonlyMap<string, BorrowedPackage> =>
  new Map(packages.map((one) => [one.name, one]));
