import type { Acceleration } from './acceleration.ts';
import { cardObjection, driverObjection, type Family, familyOf, familyWarnings } from './cuda-family.ts';
import { releaseAge } from './release-age.ts';
import { meetsSpecifiers } from './specifier.ts';
import { besides } from './torch-beside.ts';
import { buildsOf, builtAs, noBuild, usable } from './torch-build.ts';
import { partnersOf } from './torch-family.ts';
import { type Misfit, misfit, type TorchQuestion } from './torch-question.ts';
import { leastTorchOfComfyui, torchTable } from './torch-table.ts';
import { compareVersions, findVersion, isPrerelease, publicPart } from './version.ts';
import { type Interpreter, wheelFits } from './wheel-fits.ts';

export interface TorchRejection {
  readonly name: 'torch';
  readonly version: string;
  /** One clause: `6 days old (you ask for 14)`. */
  readonly why: string;
}

export interface TorchChoice {
  /** With its build. */
  readonly torch: string;
  /** By name: torch and what has to move or stay with it: torchvision, torchaudio, xformers … */
  readonly versions: ReadonlyMap<string, string>;
  readonly warnings: readonly string[];
}

export type TorchAnswer = {
  /** Newer versions that fell out, newest first; or the one that was asked for. */
  readonly rejected: readonly TorchRejection[];
} & (
  | ({ readonly kind: 'chosen' } & TorchChoice)
  /** The installed one is the one. */
  | { readonly kind: 'current'; readonly torch: string }
  | { readonly kind: 'none' }
);

/**
 * Returns the newest torch that fits this machine and what is installed, or the one that was asked for, with the reason
 * why each newer one fell out. It never guesses: where nothing fits, the answer is `none`.
 */
export function chooseTorch(question: TorchQuestion): TorchAnswer {
  const { installed, wanted, family } = question;
  const current = installed.get('torch') ?? '';
  const rejected: TorchRejection[] = [];
  for (const version of candidates(question)) {
    const order = compareVersions(version, publicPart(current));
    if (order === 0 && family === familyOf(current)) return { kind: 'current', torch: current, rejected };
    if (order < 0 && wanted === '') break;
    const judged = judge(version, question);
    if (judged.kind === 'fits') return { ...judged, kind: 'chosen', rejected };
    rejected.push({ name: 'torch', version, why: judged.why });
  }
  return { kind: 'none', rejected };
}

/** Public versions, newest first: of the family's index, and what the main index knows besides. */
function candidates({ offers, published, wanted }: TorchQuestion): readonly string[] {
  const offered = (offers.get('torch') ?? []).map((offer) => publicPart(offer.version));
  const all = [...new Set([...offered, ...published.keys()])];
  if (wanted === '') return all.filter((one) => findVersion(one) !== undefined).sort((a, b) => compareVersions(b, a));
  // What was asked for is answered even where nobody offers it.
  const named = publicPart(wanted);
  return [all.find((one) => compareVersions(one, named) === 0) ?? named];
}

/** The order of the questions is the order in which a person would ask them: the first answer against it is told. */
function judge(version: string, question: TorchQuestion): ({ readonly kind: 'fits' } & TorchChoice) | Misfit {
  const { wanted, offers, published, machine } = question;
  const isAsked = wanted !== '';
  if (!isAsked && isPrerelease(version)) return misfit('a pre-release');
  const builds = buildsOf(version, offers.get('torch') ?? [], question);
  const all = builds.flatMap((offer) => offer.files);
  // A wheel for another machine that was added to an old release makes it no younger.
  const mine = all.filter((file) => wheelFits(file, question.python) === 'fits');
  const files = mine.length > 0 ? mine : all;
  const age = releaseAge({ ...question, files, elsewhereAtMs: published.get(version) ?? null });
  if (!isAsked && age.kind === 'young') return misfit(age.why);
  const [build] = builds;
  if (build === undefined) return misfit(noBuild(version, question));
  const ready = usable('torch', build, question);
  if (ready.kind === 'misfit') return ready;
  const partners = partnersOf(version);
  if (partners === undefined) return misfit('no torchvision is known to belong to it');
  const tag = builtAs(build.version, question);
  const why =
    driverObjection(tag, machine) ??
    cardObjection(tag, version, machine) ??
    demandObjection(version, question) ??
    question.refused.get(version);
  if (why !== undefined) return misfit(why);
  const beside = besides(build.version, partners, question);
  if (beside.kind === 'misfit') return beside;
  const warnings = [
    ...(ready.warning === null ? [] : [ready.warning]),
    ...beside.warnings,
    ...ageWarnings(version, age, isAsked),
    ...(partners.row === undefined ? [beyondTable(version)] : []),
    // Who has the plain build and no card computes on the CPU, and asked for nothing else.
    ...(question.family === '' && machine.kind === 'none' ? [] : familyWarnings(tag, version, machine)),
    ...plainWarnings(tag, question.python, machine),
  ];
  const versions = new Map([['torch', build.version], ...beside.versions]);
  return { kind: 'fits', torch: build.version, versions, warnings };
}

function ageWarnings(version: string, age: ReturnType<typeof releaseAge>, isAsked: boolean): readonly string[] {
  switch (age.kind) {
    case 'old-enough':
      return [];
    case 'young':
      return [`torch ${version} is ${age.why}, and was asked for by its number`];
    case 'unknown':
      return isAsked ? [] : [`no index tells when torch ${version} was published: its age was not checked`];
  }
}

const beyondTable = (version: string): string =>
  `torch ${version} is newer than the table of ${torchTable.asOf}: what belongs to it goes by the rule of the family`;

function plainWarnings(tag: Family, { platform }: Interpreter, { kind }: Acceleration): readonly string[] {
  if (tag !== '' || kind !== 'nvidia') return [];
  if (platform.startsWith('win')) return ['the plain build for Windows computes on the CPU only; --cuda names another'];
  return ['which CUDA the plain build is for is not on record: driver and card were not checked'];
}

function demandObjection(version: string, { demands, installed }: TorchQuestion): string | undefined {
  const unmet = demands.find(({ specifiers }) => !meetsSpecifiers(version, specifiers));
  if (unmet !== undefined) return `${unmet.by} asks for torch${unmet.specifier}`;
  const isBelow = (one: string): boolean => compareVersions(one, leastTorchOfComfyui) < 0;
  // An installation that runs with an older one has a ComfyUI that still can.
  if (!isBelow(version) || isBelow(publicPart(installed.get('torch') ?? ''))) return undefined;
  return `ComfyUI needs torch ${leastTorchOfComfyui} or newer (as of ${torchTable.asOf})`;
}
