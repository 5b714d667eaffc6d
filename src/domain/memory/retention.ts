import type { MemoryKind, MemoryVersion } from './entry.ts';

const dayMs = 24 * 60 * 60 * 1_000;

/**
 * Days after its newest version that an entry of a kind is kept; null: for good. What was decided stays the reason for what there is;
 * a pattern, or how things stood, is worth less each time that the packages move; of a session its report is kept elsewhere.
 */
export const retentionDays: Readonly<Record<MemoryKind, number | null>> = {
  decision: null,
  pattern: 365,
  state: 180,
  session: 90,
};

/** Days that what was refuted or has expired is still shown to whoever asks for it. */
const oldDays = 30;

/** Tells what is not given to a task any more: refuted, or past its time. */
export function isOld({ refutedBy, expiresAtMs }: MemoryVersion, nowMs: number): boolean {
  return refutedBy !== null || (expiresAtMs !== null && expiresAtMs <= nowMs);
}

/** Returns why the newest version of an entry is not kept any longer, as the end of a sentence, or undefined while it is. */
export function pastRetention(version: MemoryVersion, nowMs: number): string | undefined {
  const ageDays = (nowMs - version.atMs) / dayMs;
  if (version.refutedBy !== null && ageDays > oldDays)
    return `it was refuted by ${version.refutedBy.key}@${version.refutedBy.version}`;
  if (version.expiresAtMs !== null && nowMs - version.expiresAtMs > oldDays * dayMs) return 'it has expired';
  const days = retentionDays[version.kind];
  return days !== null && ageDays > days ? `a ${version.kind} is kept for ${days} days` : undefined;
}
