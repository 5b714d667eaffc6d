import type { OfferedFile } from './offer.ts';

const DAY_MS = 86_400_000;

/** How old a release is, against the age that policy asks for: a clause against it, or whether nobody tells. */
export type ReleaseAge =
  | { readonly kind: 'old-enough' }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'young'; readonly why: string };

/** Judges by the youngest of the files. `elsewhereAtMs`: when another index says that the same version was published. */
export function releaseAge(question: {
  readonly files: readonly OfferedFile[];
  readonly elsewhereAtMs: number | null;
  readonly nowMs: number;
  readonly minAgeSeconds: number;
}): ReleaseAge {
  const { files, elsewhereAtMs, nowMs, minAgeSeconds } = question;
  if (minAgeSeconds === 0) return { kind: 'old-enough' };
  const own = files.map((file) => file.uploadedAtMs).filter((atMs) => atMs !== null);
  const told = own.length > 0 || elsewhereAtMs === null ? own : [elsewhereAtMs];
  if (told.length === 0) return { kind: 'unknown' };
  const ageMs = nowMs - Math.max(...told);
  if (ageMs >= minAgeSeconds * 1000) return { kind: 'old-enough' };
  return { kind: 'young', why: `${ageText(ageMs)} old (you ask for ${daysText(minAgeSeconds * 1000)})` };
}

function ageText(ms: number): string {
  const days = Math.floor(ms / DAY_MS);
  return days < 1 ? 'less than a day' : `${days} ${days === 1 ? 'day' : 'days'}`;
}

/** The unit is left out where the age before it has the same one. */
function daysText(ms: number): string {
  const days = ms / DAY_MS;
  return days >= 1 ? String(Math.round(days * 10) / 10) : `${Math.round(ms / 360_000) / 10} hours`;
}
