import { type Family, familyOf } from './cuda-family.ts';
import type { Offer, OfferedFile } from './offer.ts';
import { partnersOf } from './torch-family.ts';
import { type Misfit, misfit, type TorchQuestion } from './torch-question.ts';
import { plainLinuxBuilds } from './torch-table.ts';
import { compareVersions, publicPart } from './version.ts';
import { type Interpreter, wheelFits } from './wheel-fits.ts';

/** Returns the offers of one public version in the wanted build, the one that names the build first. */
export function buildsOf(version: string, offers: readonly Offer[], question: TorchQuestion): readonly Offer[] {
  const { family, ownIndex } = question;
  const same = offers.filter((offer) => compareVersions(publicPart(offer.version), version) === 0);
  const named = same.filter((offer) => familyOf(offer.version) === family);
  const plain = ownIndex ? same.filter((offer) => familyOf(offer.version) === '') : [];
  return [...new Set([...named, ...plain])];
}

/** Returns the clause why a torch is not offered in the wanted build. */
export function noBuild(version: string, { family, installed, ownIndex, offers }: TorchQuestion): string {
  const isOffered = (offers.get('torch') ?? []).some(
    (offer) => compareVersions(publicPart(offer.version), version) === 0,
  );
  if (family === '')
    return isOffered ? 'no plain build is offered (--cuda names another)' : 'the index does not offer it';
  if (!ownIndex && !isOffered) return 'the index does not offer it';
  if (familyOf(installed.get('torch') ?? '') === family)
    return `no ${family} build (the CUDA family is kept; --cuda changes it)`;
  const has = partnersOf(version)?.row?.tags ?? [];
  const others = has.length > 0 && !has.includes(family) ? `: there are ${has.join(', ')}` : '';
  return `no ${family} build, which was asked for${others}`;
}

export type Usable = { readonly kind: 'fits'; readonly warning: string | null } | Misfit;

/** Tells whether a wheel of an offer is for this interpreter and not withdrawn. What is asked for by its number may be. */
export function usable(name: string, { version, files }: Offer, { python, wanted }: TorchQuestion): Usable {
  const fits = files.filter((file) => wheelFits(file, python) === 'fits');
  if (fits.length === 0) return misfit(noWheel(files, version, python));
  const withdrawn = fits.every((file) => file.yanked !== null) ? (fits[0]?.yanked ?? null) : null;
  if (withdrawn === null) return { kind: 'fits', warning: null };
  const reason = `withdrawn by its publisher${withdrawn === '' ? '' : `: ${withdrawn}`}`;
  return wanted === '' ? misfit(reason) : { kind: 'fits', warning: `${name} ${version} is ${reason}` };
}

function noWheel(files: readonly OfferedFile[], version: string, python: Interpreter): string {
  if (files.every((file) => wheelFits(file, python) === 'platform')) return `no wheel for ${python.platform}`;
  const range = partnersOf(version)?.row?.python;
  const known = range === undefined ? '' : ` (it is for 3.${range[0]} to 3.${range[1]})`;
  return `no wheel for Python ${python.version}${known}`;
}

/** Returns the family that a build really is of: the plain one of the main index is of a CUDA family too, where that is on record. */
export function builtAs(version: string, { family, python }: TorchQuestion): Family {
  if (family !== '' || python.platform !== 'linux-x86_64') return family;
  return plainLinuxBuilds.find(({ since }) => compareVersions(version, since) >= 0)?.tag ?? '';
}
