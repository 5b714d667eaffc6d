import { isLockable, printLock } from './lock.ts';

/** A package of a borrowed environment, with what stands for its files. */
export interface BorrowedPackage {
  readonly name: string;
  readonly version: string;
  readonly mark: string;
  /** Stands for its `RECORD`, which holds the hash of each of its files; null or absent: its files are not known to be those. */
  readonly record?: string | null;
}

/** All that a survey says of files. */
export interface BorrowedFiles {
  /** Stands for paths and sizes of all files, and times of those that belong to no package; absent in old rows. */
  readonly frame?: string;
  readonly packages: readonly BorrowedPackage[];
}

/** The installer of an environment is no part of what a service needs. */
const installers: ReadonlySet<string> = new Set(['pip']);

/**
 * Returns the lock of an environment that is used where it was found, and the packages whose name or version no lock
 * can hold: they are there all the same. The fingerprint makes other files of the same versions another lock.
 */
export function borrowedLock(found: {
  readonly python: string;
  readonly abi: string;
  readonly platform: string;
  readonly fingerprint: string;
  readonly packages: readonly { readonly name: string; readonly version: string }[];
}): { readonly lockText: string; readonly unnamed: readonly string[] } {
  const { python, abi, platform, fingerprint, packages } = found;
  const named = packages.filter((one) => isLockable(one) && !installers.has(one.name));
  const lockText = printLock({
    abi,
    platform,
    borrowed: python,
    fingerprint,
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

/**
 * Returns the packages of which nothing but times of files seems to have moved, to be compared with their `RECORD`.
 * Empty: something else moved for sure, or there is nothing to compare with.
 */
export function touchedPackages(before: BorrowedFiles, now: BorrowedFiles): readonly string[] {
  if (before.frame === undefined || before.frame !== now.frame) return [];
  if (before.packages.length !== now.packages.length) return [];
  const old = byName(before.packages);
  const moved = now.packages.filter(({ name, mark }) => old.get(name)?.mark !== mark);
  const isTouched = ({ name, version, record }: BorrowedPackage): boolean => {
    const was = old.get(name);
    return was?.version === version && typeof record === 'string' && was.record === record;
  };
  return moved.every(isTouched) ? moved.map(({ name }) => name) : [];
}

/**
 * Returns the packages as they are to be recorded. Whose files were edited since an earlier record is not known by its
 * `RECORD` any more: other bytes may come under the same sizes.
 */
export function packagesToRecord(
  earlier: readonly BorrowedPackage[] | undefined,
  now: readonly BorrowedPackage[],
): readonly BorrowedPackage[] {
  const old = byName(earlier ?? []);
  return now.map(({ name, version, mark, record = null }) => {
    const was = old.get(name);
    if (was === undefined || was.version !== version) return { name, version, mark, record };
    return { name, version, mark, record: was.mark === mark ? (was.record ?? null) : null };
  });
}

const byName = (packages: readonly BorrowedPackage[]): ReadonlyMap<string, BorrowedPackage> =>
  new Map(packages.map((one) => [one.name, one]));
