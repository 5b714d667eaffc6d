import { compareVersions, findVersion, isPrerelease, publicPart } from './version.ts';

// Which versions belong together: replicate/cog `torch_compatibility.json`, RELEASE.md of pytorch/pytorch,
// docs.pytorch.org/audio, and the METADATA of the wheels.

/** First minor number of torch 2 for which the rule holds. */
const FIRST_MINOR = 3;
const TORCHVISION_OFFSET = 15;
/** From here on one torchaudio serves every later torch. */
const TORCHAUDIO_STABLE_MINOR = 11;

/** Returns the torchvision that belongs to a torch: 2.11.0 and 0.26.0. Undefined outside torch 2.3 and later 2.x. */
export function torchvisionOf(torch: string): string | undefined {
  const minorPatch = familyNumbers(torch);
  return minorPatch === undefined ? undefined : `0.${minorPatch.minor + TORCHVISION_OFFSET}.${minorPatch.patch}`;
}

/** Returns the torchaudio that belongs to a torch: the same number up to 2.10, then 2.11.0 for all. */
export function torchaudioOf(torch: string): string | undefined {
  const minorPatch = familyNumbers(torch);
  if (minorPatch === undefined) return undefined;
  return minorPatch.minor >= TORCHAUDIO_STABLE_MINOR
    ? `2.${TORCHAUDIO_STABLE_MINOR}.0`
    : `2.${minorPatch.minor}.${minorPatch.patch}`;
}

export interface TorchQuestion {
  /** Versions that the index offers, in any order. */
  readonly torch: readonly string[];
  readonly torchvision: readonly string[];
  /** Installed version with its local part, or null. Nothing older is chosen unless `wanted` names it. */
  readonly current: string | null;
  /** Version that was asked for; empty for the newest that fits. */
  readonly wanted: string;
  /** Other reasons against a version, e.g. a requirement of ComfyUI's own: one clause, or undefined. */
  readonly objection?: (torch: string) => string | undefined;
}

export type TorchAnswer =
  | {
      readonly kind: 'chosen';
      readonly torch: string;
      readonly torchvision: string;
      /** Newer versions that fell out, newest first. */
      readonly rejected: readonly TorchRejection[];
    }
  /** The installed version is already the one. */
  | { readonly kind: 'current'; readonly torch: string; readonly rejected: readonly TorchRejection[] }
  | { readonly kind: 'none'; readonly rejected: readonly TorchRejection[] };

export interface TorchRejection {
  readonly name: 'torch';
  readonly version: string;
  /** One clause: `no torchvision 0.26.0 is offered`. */
  readonly why: string;
}

/**
 * Returns the newest pair of torch and torchvision that fits, or the wanted one, with the reason for every newer one
 * that does not. The build (`+cu128`, `+cpu`) of the installed torch is kept.
 */
export function chooseTorch(question: TorchQuestion): TorchAnswer {
  const { current, wanted } = question;
  const rejected: TorchRejection[] = [];
  for (const version of newestFirst(question.torch)) {
    if (wanted !== '' && !isWanted(version, wanted)) continue;
    if (wanted === '' && current !== null && compareVersions(publicPart(version), publicPart(current)) < 0) break;
    const why = whyNot(version, question);
    if (why !== undefined) {
      rejected.push({ name: 'torch', version, why });
      continue;
    }
    if (version === current) return { kind: 'current', torch: version, rejected };
    const torchvision = findPartner(version, question.torchvision);
    if (torchvision !== undefined) return { kind: 'chosen', torch: version, torchvision, rejected };
  }
  return { kind: 'none', rejected };
}

function whyNot(version: string, question: TorchQuestion): string | undefined {
  const { current, wanted, torchvision, objection } = question;
  if (isPrerelease(version) && wanted === '') return 'a pre-release';
  const build = current === null ? undefined : localPart(current);
  if (build !== undefined && localPart(version) !== build) {
    return `${build === '' ? 'another build' : `no ${build} build`} (the build of the installed torch is kept)`;
  }
  const partner = torchvisionOf(version);
  if (partner === undefined) return 'no torchvision is known to belong to it';
  if (version !== current && findPartner(version, torchvision) === undefined)
    return `no torchvision ${partner} is offered`;
  return objection?.(version);
}

function findPartner(torch: string, offered: readonly string[]): string | undefined {
  const partner = torchvisionOf(torch);
  const fits = (candidate: string, build: string): boolean =>
    partner !== undefined && compareVersions(publicPart(candidate), partner) === 0 && localPart(candidate) === build;
  return (
    offered.find((candidate) => fits(candidate, localPart(torch))) ?? offered.find((candidate) => fits(candidate, ''))
  );
}

function newestFirst(versions: readonly string[]): readonly string[] {
  return versions.filter((version) => findVersion(version) !== undefined).sort((a, b) => compareVersions(b, a));
}

function isWanted(version: string, wanted: string): boolean {
  return compareVersions(wanted.includes('+') ? version : publicPart(version), wanted) === 0;
}

function localPart(version: string): string {
  return version.includes('+') ? version.slice(version.indexOf('+') + 1) : '';
}

function familyNumbers(torch: string): { readonly minor: number; readonly patch: number } | undefined {
  const [major, minor = 0, patch = 0] = findVersion(torch)?.release ?? [];
  return major === 2 && minor >= FIRST_MINOR ? { minor, patch } : undefined;
}
