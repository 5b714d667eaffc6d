import type { Offer, OfferedFile } from './offer.ts';
import { isXformersOf } from './torch-companions.ts';
import { compareVersions, findVersion, isPrerelease } from './version.ts';
import { type Interpreter, wheelFits } from './wheel-fits.ts';

/** Packages whose wheels hold code that was compiled against one torch. */
export const compiledPackages: readonly string[] = [
  'xformers',
  'sageattention',
  'flash-attn',
  'nunchaku',
  'torch-cluster',
  'torch-scatter',
  'torch-sparse',
  'torch-spline-conv',
  'pytorch3d',
];

/** What becomes of such a package beside another torch. */
export type CompiledAnswer =
  | { readonly kind: 'stays' }
  | { readonly kind: 'moves'; readonly version: string }
  /** Its wheel does not tell for which torch it was built. */
  | { readonly kind: 'unsure'; readonly warning: string }
  | { readonly kind: 'none'; readonly why: string };

/** Looks for a wheel that was built for `torch`; the installed version where it has one, else the newest. */
export function compiledBeside(question: {
  readonly name: string;
  readonly installed: string;
  readonly torch: string;
  readonly offers: readonly Offer[];
  readonly python: Interpreter;
}): CompiledAnswer {
  const { name, installed, torch, offers, python } = question;
  const fitting = offers
    .filter((offer) => !isPrerelease(offer.version) || offer.version === installed)
    .map((offer) => ({ ...offer, files: offer.files.filter((file) => isUsable(file, python)) }))
    .filter((offer) => offer.files.length > 0)
    .sort(
      (a, b) =>
        Number(b.version === installed) - Number(a.version === installed) || compareVersions(b.version, a.version),
    );
  if (name === 'xformers') {
    const found = fitting.find((offer) => isXformersOf(offer.version, torch));
    if (found !== undefined) return answer(found.version, installed);
    return { kind: 'none', why: `no wheel of xformers for torch ${torch} is offered` };
  }
  const minor = minorOf(torch);
  const marked = fitting.find((offer) => offer.files.some((file) => torchOfWheel(file.file) === minor));
  if (marked !== undefined) return answer(marked.version, installed);
  const own = fitting.find((offer) => offer.version === installed);
  if (own?.files.some((file) => file.file.endsWith('-none-any.whl')) === true) return { kind: 'stays' };
  if (own?.files.some((file) => torchOfWheel(file.file) === undefined) === true) {
    return { kind: 'unsure', warning: `the wheel of ${name} ${installed} does not tell for which torch it was built` };
  }
  return { kind: 'none', why: `no wheel of ${name} for torch ${minor} and ${python.abi} is offered` };
}

/** Returns the torch that a wheel's name tells, `2.8` of `…+cu128torch2.8.0…` or `…pt28…`; undefined when it tells none. */
export function torchOfWheel(file: string): string | undefined {
  const match = /(?:torch|pt)_?(?:(\d)\.(\d{1,2})|(\d)(\d{1,2}))(?!\d)/.exec(file.replace(/^[^-]*-/, ''));
  if (match === null) return undefined;
  return `${match[1] ?? match[3]}.${match[2] ?? match[4]}`;
}

const isUsable = (file: OfferedFile, python: Interpreter): boolean =>
  file.yanked === null && wheelFits(file, python) === 'fits';

const answer = (version: string, installed: string): CompiledAnswer =>
  version === installed ? { kind: 'stays' } : { kind: 'moves', version };

function minorOf(torch: string): string {
  const [major = 0, minor = 0] = findVersion(torch)?.release ?? [];
  return `${major}.${minor}`;
}
