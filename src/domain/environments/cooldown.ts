import type { Offer } from './offer.ts';
import { type OfferQuestion, offeredVersions } from './offered-versions.ts';
import { releaseAge, type ReleaseAge } from './release-age.ts';
import { compareVersions } from './version.ts';
import { wheelFits } from './wheel-fits.ts';

type Question = Pick<OfferQuestion, 'python' | 'nowMs' | 'minAgeSeconds'>;

/** Returns how old a version is by what the index offers of the package; undefined offers: nobody could be asked. */
export function judgedAge(offers: readonly Offer[] | undefined, version: string, question: Question): ReleaseAge {
  const offer = offers?.find((one) => compareVersions(one.version, version) === 0);
  if (offer === undefined) return { kind: 'unknown' };
  const files = offer.files.filter((file) => wheelFits(file, question.python) === 'fits');
  return releaseAge({ ...question, files, elsewhereAtMs: null });
}

/** Returns the newest version below another one that may be chosen and is known to be old enough. */
export function newestOldEnough(offers: readonly Offer[], below: string, question: Question): string | undefined {
  const older = offers.filter(({ version }) => compareVersions(version, below) < 0);
  return offeredVersions({ ...question, offers: older, newerThan: null }).candidates.find(
    (version) => judgedAge(older, version, question).kind === 'old-enough',
  );
}
