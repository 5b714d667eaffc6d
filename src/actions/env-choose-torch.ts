import { z } from 'zod';

import { Fault } from '../base/fault.ts';
import {
  chooseTorch,
  type TorchAnswer,
  type TorchChoice,
  type TorchRejection,
} from '../domain/environments/choose-torch.ts';
import { familyOf } from '../domain/environments/cuda-family.ts';
import { requireRequirement } from '../domain/environments/requirements.ts';
import { torchWarnings } from '../domain/environments/torch-companions.ts';
import { publicPart } from '../domain/environments/version.ts';
import { type FailedBefore, failedClause } from '../domain/memory/failed-version.ts';
import { bytesText } from '../domain/plans/amounts.ts';
import type { PlanDraft } from '../domain/plans/plan.ts';
import type { Acceleration, PythonFacts } from '../ports/index.ts';
import { definePlanningAction, type PlanningContext } from './_context.ts';
import { type EnvironmentBefore, ownRequirements, readEnvironment, requirePackage } from './_environment-before.ts';
import { environmentDraft } from './_environment-plan.ts';
import { type AllResolved, resolveAll } from './_resolve-all.ts';
import { takeFrom } from './_take-family.ts';
import { type AskedTorch, askTorch } from './_torch-question.ts';

const input = z.object({
  /** A version by its number, or empty for the newest that fits. */
  version: z.string().default(''),
  /** `cu128`, `cpu` …, `auto`, or empty for the family that is installed. */
  cuda: z.string().default(''),
});

/** Versions that are resolved, newest first, before giving up. */
const maxTries = 8;
/** Reasons that a sentence names; all are in the fault's data. */
const maxNamed = 6;

/**
 * Chooses the torch that fits the driver, the card, Python, the packages compiled against torch and the age that policy
 * asks for, with its torchvision and torchaudio, and resolves the whole lock for it: the family from its own index where
 * there is one, the rest from the main one. Writes nothing, and forces nothing where nothing fits.
 * Faults: `PACKAGE_NONE_FITS` and `PACKAGE_CONFLICT` with every reason, `PACKAGE_NOT_FOUND`, `NOTHING_TO_DO`,
 * `USAGE_BAD_ARGUMENT`, those of the index.
 */
export const envChooseTorch = definePlanningAction({
  id: 'env.choose-torch',
  summary: 'Choose the torch that fits this machine, and resolve everything that goes with it',
  effect: 'plan',
  input,
  async plan(context, { version, cuda }) {
    const before = await readEnvironment(context);
    requirePackage(before, 'torch');
    const python = await context.interpreter();
    const asked = await askTorch(context, { before, version, cuda, python });
    const failed = (await context.failedBefore('torch')).filter(
      (one) => familyOf(one.version) === '' || familyOf(one.version) === asked.question.family,
    );
    // Another build of the same version is another program: what failed as cu128 may run as cpu.
    const refused = new Map(version === '' ? failed.map((one) => [publicPart(one.version), failedClause(one)]) : []);
    for (let nTries = 0; nTries < maxTries; nTries += 1) {
      const answer = chooseTorch({ ...asked.question, refused });
      if (answer.kind !== 'chosen') throw nothingFits(answer, asked, refused);
      const found = await resolveWith(context, { before, python, asked, choice: answer });
      if (found.kind === 'resolved')
        return withFailed(draftOf({ before, python, asked, choice: answer, found, rejected: answer.rejected }), {
          torch: answer.torch,
          failed,
        });
      refused.set(publicPart(answer.torch), found.reason.replace(/\.$/, ''));
    }
    throw nothingFits(chooseTorch({ ...asked.question, refused }), asked, refused);
  },
});

/** Asked for by its number it is taken all the same, and said. */
function withFailed(
  draft: PlanDraft,
  { torch, failed }: { torch: string; failed: readonly FailedBefore[] },
): PlanDraft {
  const known = failed.find((one) => publicPart(one.version) === publicPart(torch));
  if (known === undefined) return draft;
  const warning = `torch ${torch} was asked for by its number, though ${failedClause(known)}`;
  return { ...draft, warnings: [warning, ...draft.warnings] };
}

interface Chosen {
  readonly before: EnvironmentBefore;
  readonly python: PythonFacts;
  readonly asked: AskedTorch;
  readonly choice: TorchChoice;
}

/** Packages that come and go with a build of torch: they are nobody's wish. */
const isBroughtByTorch = (name: string): boolean => /^(?:nvidia-|cuda-|triton(?:-|$)|pytorch-triton)/.test(name);

async function resolveWith(context: PlanningContext, chosen: Chosen): Promise<AllResolved> {
  const { before, python, choice } = chosen;
  const { indexName, own } = chosen.asked;
  const exact = [...choice.versions].map(([name, version]) => ({ name, line: `${name}===${version}` }));
  const requirements = exact.filter(({ name }) => own.has(name)).map(({ line }) => line);
  const taken =
    indexName === null ? [] : await takeFrom(context, { name: indexName, requirements, python, isNamed: true });
  const mine = ownRequirements(before.requirements).map((one) =>
    choice.versions.has(one.requirement.name)
      ? { ...one, requirement: { ...one.requirement, specifier: '', specifiers: [] } }
      : one,
  );
  const rest = exact
    .filter(({ name }) => !own.has(name))
    .map(({ line }) => ({ by: 'this run', requirement: { ...requireRequirement(line), line: 0 } }));
  const moving = [...choice.versions.keys(), ...[...before.versions.keys()].filter(isBroughtByTorch)];
  return resolveAll(context, {
    own: [...rest, ...mine],
    before,
    moving,
    judged: choice.versions.keys(),
    taken,
    python,
  });
}

function draftOf(
  options: Chosen & {
    found: Extract<AllResolved, { kind: 'resolved' }>;
    rejected: readonly TorchRejection[];
  },
): PlanDraft {
  const { before, python, asked, choice, found, rejected } = options;
  const { machine, family } = asked.question;
  const after = new Map(found.packages.map((one) => [one.name, one.version]));
  const first = [...choice.versions.keys()];
  const warnings = [...new Set([...choice.warnings, ...torchWarnings(choice.torch, after)])];
  const was = familyOf(before.versions.get('torch') ?? '');
  const notes = [
    ...machineNotes(machine),
    ...(was === family ? [] : [`build ${was || 'plain'} → ${family || 'plain'}`]),
  ];
  const draft = environmentDraft({ before, found, python, first, rejected, warnings, notes });
  const others = draft.moves.filter(({ name }) => !choice.versions.has(name) && !isBroughtByTorch(name)).length;
  if (!found.othersMoved || others === 0) return draft;
  const text = others === 1 ? '1 other package has' : `${others} other packages have`;
  return { ...draft, warnings: [`${text} to move with torch ${choice.torch}`, ...draft.warnings] };
}

function machineNotes(machine: Acceleration): readonly string[] {
  if (machine.kind !== 'nvidia') return [];
  const cards = machine.gpus.map(({ name, memoryBytes }) =>
    memoryBytes === null ? name : `${name} ${bytesText(memoryBytes)}`,
  );
  const upTo = machine.cudaVersion === null ? '' : ` (CUDA up to ${machine.cudaVersion})`;
  return [[...cards, `driver ${machine.driver}${upTo}`].join(' · ')];
}

function nothingFits(answer: TorchAnswer, { question }: AskedTorch, refused: ReadonlyMap<string, string>): Fault {
  const { wanted, offers, published, installed } = question;
  const { rejected } = answer;
  const state = 'Nothing was changed.';
  const current = installed.get('torch') ?? '';
  if (rejected.length === 0) {
    const which = wanted === '' ? 'the newest that the index has' : 'what is installed';
    return new Fault('NOTHING_TO_DO', `torch ${current} is ${which}.`, { state });
  }
  const isKnown = [...(offers.get('torch') ?? []).map((one) => publicPart(one.version)), ...published.keys()];
  if (wanted !== '' && !isKnown.includes(publicPart(rejected[0]?.version ?? '')))
    return new Fault('PACKAGE_NOT_FOUND', `The index has no torch ${wanted}.`, {
      state,
      data: { rejected: [...rejected] },
    });
  const named = rejected.slice(0, maxNamed).map(({ version, why }) => `${version}: ${why}`);
  const more = rejected.length > maxNamed ? `; and ${rejected.length - maxNamed} more` : '';
  const what = wanted === '' ? `No newer torch than ${current} fits` : `torch ${wanted} does not fit`;
  const code = rejected.some(({ version }) => refused.has(version)) ? 'PACKAGE_CONFLICT' : 'PACKAGE_NONE_FITS';
  return new Fault(code, `${what}. ${named.join('; ')}${more}.`, {
    state,
    hints: hintsFor(rejected, question.family),
    data: { rejected: [...rejected] },
  });
}

function hintsFor(rejected: readonly TorchRejection[], family: string): readonly string[] {
  const young = rejected.find(({ why }) => / old \(you ask for /.test(why));
  const hints: string[] = [];
  if (young !== undefined) hints.push(`orchestrate run "upgrade pytorch" --target ${young.version}`);
  if (rejected.some(({ why }) => why.includes(`${family} build`)))
    hints.push('orchestrate run "upgrade pytorch" --cuda auto --dry-run');
  return hints.length > 0 ? hints : ['orchestrate run "upgrade pytorch" --target <version> --dry-run'];
}
