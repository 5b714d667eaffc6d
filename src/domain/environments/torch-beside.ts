import { compiledBeside, compiledPackages } from './compiled-packages.ts';
import type { Offer } from './offer.ts';
import { releaseAge } from './release-age.ts';
import { buildsOf, usable } from './torch-build.ts';
import type { TorchPartners } from './torch-family.ts';
import { type Misfit, misfit, type TorchQuestion } from './torch-question.ts';
import { stableTorchvision } from './torch-table.ts';
import { compareVersions, isPrerelease, publicPart } from './version.ts';

export type Beside =
  | Misfit
  | {
      readonly kind: 'fits';
      /** Name and version, in order. */
      readonly versions: readonly (readonly [string, string])[];
      readonly warnings: readonly string[];
    };

/** Returns what moves with a torch: its partners in the same build, and what was compiled against it. */
export function besides(torch: string, partners: TorchPartners, question: TorchQuestion): Beside {
  const versions: (readonly [string, string])[] = [];
  const warnings: string[] = [];
  for (const name of ['torchvision', 'torchaudio'] as const) {
    if (!question.installed.has(name)) continue;
    const builds = buildsOf(partners[name], question.offers.get(name) ?? [], question);
    const found =
      builds.find((build) => usable(name, build, question).kind === 'fits') ??
      (name === 'torchvision' ? laterTorchvision(torch, question) : undefined);
    if (found === undefined) {
      const where = builds.length === 0 ? '' : ' for this Python and machine';
      return misfit(`no ${name} ${partners[name]} is offered${where}`);
    }
    const young = tooYoung(name, found, question);
    if (young !== undefined) return young;
    if (name === 'torchvision' && !builds.includes(found))
      warnings.push(`torchvision ${found.version} goes with torch ${torch}: ${partners.torchvision} is not offered`);
    versions.push([name, found.version]);
  }
  for (const name of compiledPackages) {
    const installed = question.installed.get(name);
    if (installed === undefined) continue;
    const offers = question.compiled.get(name) ?? [];
    const answer = compiledBeside({ name, installed, torch: publicPart(torch), offers, python: question.python });
    if (answer.kind === 'none') return misfit(answer.why);
    if (answer.kind === 'unsure') warnings.push(answer.warning);
    const version = answer.kind === 'moves' ? answer.version : installed;
    const offer = offers.find((one) => one.version === version);
    const young = version === installed || offer === undefined ? undefined : tooYoung(name, offer, question);
    if (young !== undefined) return young;
    versions.push([name, version]);
  }
  return { kind: 'fits', versions, warnings };
}

/** The newest torchvision that is bound to no single torch, for a torch that has none of its own (yet). */
function laterTorchvision(torch: string, question: TorchQuestion): Offer | undefined {
  if (compareVersions(publicPart(torch), stableTorchvision.torch) < 0) return undefined;
  return (question.offers.get('torchvision') ?? [])
    .filter(
      ({ version }) => compareVersions(publicPart(version), stableTorchvision.since) >= 0 && !isPrerelease(version),
    )
    .flatMap(({ version }) => buildsOf(publicPart(version), question.offers.get('torchvision') ?? [], question))
    .sort((a, b) => compareVersions(b.version, a.version))
    .find((offer) => usable('torchvision', offer, question).kind === 'fits');
}

/** Who asks for a torch by its number takes what belongs to it, too. */
function tooYoung(name: string, offer: Offer, question: TorchQuestion): Misfit | undefined {
  if (question.wanted !== '') return undefined;
  const age = releaseAge({ ...question, files: offer.files, elsewhereAtMs: null });
  return age.kind === 'young' ? misfit(`its ${name} ${offer.version} is ${age.why}`) : undefined;
}
