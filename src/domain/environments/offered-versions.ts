import type { Offer } from './offer.ts';
import { releaseAge } from './release-age.ts';
import { compareVersions, isPrerelease } from './version.ts';
import { type Interpreter, wheelFits } from './wheel-fits.ts';

/** Versions that may be chosen, newest first, and why each newer one fell out. */
export interface OfferedVersions {
  readonly candidates: readonly string[];
  /** `[version, clause]`, newest first: `3 days old (you ask for 14)`. */
  readonly rejected: readonly (readonly [string, string])[];
}

export interface OfferQuestion {
  readonly offers: readonly Offer[];
  /** Only what is newer counts; null where nothing is installed. */
  readonly newerThan: string | null;
  readonly python: Interpreter;
  readonly nowMs: number;
  readonly minAgeSeconds: number;
}

/**
 * Returns the versions that an index offers for an interpreter and that are not withdrawn, old enough and no pre-releases. An index
 * that does not tell when a version was published has nothing that is too young.
 */
export function offeredVersions(question: OfferQuestion): OfferedVersions {
  const { offers, newerThan, python } = question;
  const newest = [...offers].sort((a, b) => compareVersions(b.version, a.version));
  const candidates: string[] = [];
  const rejected: (readonly [string, string])[] = [];
  for (const offer of newest) {
    const { version } = offer;
    if (newerThan !== null && compareVersions(version, newerThan) <= 0) break;
    // Release candidates are nobody's business unless they are asked for.
    if (isPrerelease(version)) continue;
    const why = offer.files.some((file) => wheelFits(file, python) === 'fits')
      ? objection(offer, question)
      : `no wheel for Python ${python.version} on ${python.platform}`;
    if (why === undefined) candidates.push(version);
    // Once there is something to take, what is older and does not fit is of no interest.
    else if (candidates.length === 0) rejected.push([version, why]);
  }
  return { candidates, rejected };
}

/** Returns what speaks against a version, as one clause, for a warning where it is asked for by its number. */
export function objection(
  { files }: Offer,
  { python, nowMs, minAgeSeconds }: Pick<OfferQuestion, 'python' | 'nowMs' | 'minAgeSeconds'>,
): string | undefined {
  const fits = files.filter((file) => wheelFits(file, python) === 'fits');
  const [first] = fits;
  if (first !== undefined && fits.every((file) => file.yanked !== null))
    return `withdrawn by its publisher${first.yanked === '' ? '' : `: ${first.yanked}`}`;
  const age = releaseAge({ files: fits, elsewhereAtMs: null, nowMs, minAgeSeconds });
  return age.kind === 'young' ? age.why : undefined;
}
