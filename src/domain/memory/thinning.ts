import type { MemoryKind, MemoryRef, MemoryVersion } from './entry.ts';

const dayMs = 24 * 60 * 60 * 1_000;

/** The newest versions of an entry that are kept, however old they are; of one that was taken away, the newest alone. */
export const nNewestKept = 10;

/** Days that each version of a kind is kept at least: a decision is asked for longest, what a session left by nobody once it is over. */
export const versionDays: Readonly<Record<MemoryKind, number>> = {
  decision: 365,
  pattern: 180,
  state: 90,
  session: 30,
};

/**
 * Returns the versions that may go, of all that there are: old ones of which there are newer ones enough. What was refuted stays, so that
 * it does not come back as something new, and so does what refutes, and what another version names.
 */
export function thinnedVersions(versions: readonly MemoryVersion[], nowMs: number): readonly MemoryVersion[] {
  const named = new Set(versions.flatMap(namedBy).map(refText));
  const isOver = (one: MemoryVersion): boolean =>
    one.refutedBy === null &&
    one.refutes.length === 0 &&
    !named.has(refText(one)) &&
    nowMs - one.atMs > versionDays[one.kind] * dayMs;
  return [...Map.groupBy(versions, ({ key }) => key).values()].flatMap((ofOne) => {
    const newestFirst = ofOne.toSorted((a, b) => b.version - a.version);
    return newestFirst.slice(newestFirst[0]?.isRemoved === true ? 1 : nNewestKept).filter(isOver);
  });
}

const namedBy = ({ copyOf, supersedes, refutes }: MemoryVersion): readonly MemoryRef[] => [
  ...supersedes,
  ...refutes,
  ...(copyOf === null ? [] : [copyOf]),
];

const refText = ({ key, version }: MemoryRef): string => `${key}@${version}`;
