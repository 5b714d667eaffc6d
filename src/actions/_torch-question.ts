import { Fault } from '../base/fault.ts';
import { compiledPackages } from '../domain/environments/compiled-packages.ts';
import { type Family, familyFor, familyPattern } from '../domain/environments/cuda-family.ts';
import { familyIndexName, namedIndex } from '../domain/environments/named-index.ts';
import type { Offer } from '../domain/environments/offer.ts';
import { torchFamily } from '../domain/environments/promises.ts';
import type { TorchDemand, TorchQuestion } from '../domain/environments/torch-question.ts';
import { publicPart } from '../domain/environments/version.ts';
import type { PackageIndex, PythonFacts } from '../ports/index.ts';
import type { PlanningContext } from './_context.ts';
import type { EnvironmentBefore } from './_environment-before.ts';

/** The question which torch to take, and from where its answer comes. */
export interface AskedTorch {
  readonly question: TorchQuestion;
  /** Name of the index that the family has of its own; null where everything comes from one. */
  readonly indexName: string | null;
  /** Packages that this index offers. */
  readonly own: ReadonlySet<string>;
}

/**
 * Collects all that decides which torch to take: what the indexes offer, what the machine computes with, who asks for
 * what. Faults: `USAGE_BAD_ARGUMENT` for a family that is none, those of the index.
 */
export async function askTorch(
  context: PlanningContext,
  asked: { before: EnvironmentBefore; version: string; cuda: string; python: PythonFacts },
): Promise<AskedTorch> {
  const { before, version, cuda, python } = asked;
  requireFamily(cuda);
  const machine = await context.accelerators.probe();
  const installed = before.versions.get('torch') ?? '';
  const family = familyFor({ cuda, wanted: version, installed, machine });
  const indexName = context.config.python.torchIndex === null || family === '' ? null : familyIndexName(family);
  const ownIndex = indexName === null ? undefined : namedIndex(indexName, context.config.python.torchIndex);
  const look = (name: string, index: PackageIndex): Promise<readonly Offer[]> =>
    context.python.offers({ name, index, signal: context.signal });
  const main = ownIndex === undefined ? [] : await look('torch', context.index);
  const offers = new Map<string, readonly Offer[]>();
  for (const name of torchFamily)
    if (before.versions.has(name)) offers.set(name, await look(name, ownIndex ?? context.index));
  const own = new Set(ownIndex === undefined ? [] : offers.keys());
  const compiled = new Map<string, readonly Offer[]>();
  for (const name of compiledPackages.filter((one) => before.versions.has(one))) {
    const special = ownIndex === undefined ? [] : await look(name, ownIndex);
    if (special.length > 0) own.add(name);
    compiled.set(name, special.length > 0 ? special : await look(name, context.index));
  }
  const question: TorchQuestion = {
    ...{ installed: before.versions, wanted: version, family, python, machine, offers, compiled },
    ownIndex: ownIndex !== undefined,
    published: publishedAt(main),
    demands: demandsOf(before),
    nowMs: context.clock.nowMs(),
    minAgeSeconds: context.config.policy.minAgeSeconds,
    refused: new Map(),
  };
  return { question, indexName, own };
}

function requireFamily(cuda: Family): void {
  if (cuda === '' || cuda === 'auto' || familyPattern.test(cuda)) return;
  throw new Fault('USAGE_BAD_ARGUMENT', `This is no CUDA family: ${JSON.stringify(cuda)}`, {
    hints: ['--cuda cu128, cpu, rocm6.4, xpu, or auto: what the driver and the card allow'],
    state: 'Nothing was changed.',
  });
}

/** The oldest wheel tells when a release came out: later ones are for other machines. */
function publishedAt(offers: readonly Offer[]): ReadonlyMap<string, number | null> {
  const published = new Map<string, number | null>();
  for (const { version, files } of offers) {
    const times = files.map((file) => file.uploadedAtMs).filter((atMs) => atMs !== null);
    published.set(publicPart(version), times.length === 0 ? null : Math.min(...times));
  }
  return published;
}

/** An exact pin of the person's moves with the package; a bound is obeyed. What packs ask for never decides the torch. */
function demandsOf({ requirements, asked }: EnvironmentBefore): readonly TorchDemand[] {
  const mine = requirements
    .filter(({ name, specifier }) => name === 'torch' && !/^={2,3}[^*]*$/.test(specifier))
    .map(({ specifier, specifiers }) => ({ by: 'requirements.in', specifier, specifiers }));
  const core = asked.core.requirements
    .filter(({ name }) => name === 'torch')
    .map(({ specifier, specifiers }) => ({ by: asked.core.component, specifier, specifiers }));
  return [...mine, ...core];
}
