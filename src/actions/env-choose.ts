import { z } from 'zod';

import { Fault } from '../base/fault.ts';
import { normalName } from '../domain/environments/package-name.ts';
import { requireRequirement } from '../domain/environments/requirements.ts';
import { torchWarnings } from '../domain/environments/torch-companions.ts';
import type { PlanDraft, RejectedVersion } from '../domain/plans/plan.ts';
import type { PythonFacts } from '../ports/index.ts';
import { candidatesOf } from './_candidates.ts';
import { definePlanningAction, type PlanningContext } from './_context.ts';
import { type EnvironmentBefore, ownRequirements, readEnvironment, requirePackage } from './_environment-before.ts';
import { environmentDraft } from './_environment-plan.ts';
import { type AllResolved, resolveAll } from './_resolve-all.ts';

const input = z.object({
  package: z.string().min(1),
  /** Names, separated by blanks or commas. */
  family: z.string().default(''),
  version: z.string().default(''),
});

/**
 * Chooses the newest version of a package that fits everything else, together with its family, and resolves the whole
 * lock for it. Other packages stay where they are; only when that is impossible may they move. Writes nothing.
 * Faults: `PACKAGE_NOT_FOUND`, `PACKAGE_CONFLICT`, `NOTHING_TO_DO`, those of the index.
 */
export const envChoose = definePlanningAction({
  id: 'env.choose',
  summary: 'Choose the version to move to, and resolve everything that goes with it',
  effect: 'plan',
  input,
  async plan(context, asked) {
    const name = normalName(asked.package);
    const family = asked.family
      .split(/[\s,]+/)
      .filter((one) => one !== '')
      .map(normalName);
    const before = await readEnvironment(context);
    const from = requirePackage(before, name);
    const python = await context.interpreter();
    const candidates = await candidatesOf(context, { name, version: asked.version, newerThan: from, python });
    const rejected: RejectedVersion[] = [...candidates.rejected];
    for (const version of candidates.versions) {
      if (version === from) break;
      const one = { name, version, family, before, python };
      const tried = await tryVersion(context, one);
      if (tried.kind === 'resolved') return draftOf({ ...one, found: tried, rejected, warnings: candidates.warnings });
      rejected.push({ name, version, why: tried.reason });
    }
    throw nothingFits({ name, from, asked: asked.version, rejected });
  },
});

interface Try {
  readonly name: string;
  readonly version: string;
  readonly family: readonly string[];
  readonly before: EnvironmentBefore;
  readonly python: PythonFacts;
}

function tryVersion(context: PlanningContext, { name, version, family, before, python }: Try): Promise<AllResolved> {
  const moving = new Set([name, ...family]);
  const own = ownRequirements(before.requirements.filter((requirement) => requirement.name !== name)).map((one) =>
    moving.has(one.requirement.name)
      ? { ...one, requirement: { ...one.requirement, specifier: '', specifiers: [] } }
      : one,
  );
  const [asked] = before.requirements.filter((requirement) => requirement.name === name);
  const exact = requireRequirement(`${name}===${version}`);
  return resolveAll(context, {
    own: [{ by: 'this run', requirement: { ...exact, extras: asked?.extras ?? [], line: 0 } }, ...own],
    before,
    moving,
    judged: [name],
    python,
  });
}

function draftOf(
  options: Try & {
    found: Extract<AllResolved, { kind: 'resolved' }>;
    rejected: readonly RejectedVersion[];
    warnings: readonly string[];
  },
): PlanDraft {
  const { name, version, family, before, python, found, rejected } = options;
  const after = new Map(found.packages.map((one) => [one.name, one.version]));
  const draft = environmentDraft({ before, found, python, first: [name, ...family], rejected });
  const others = found.othersMoved
    ? [`${draft.moves.length - 1 - family.length} other packages have to move with ${name} ${version}`]
    : [];
  return {
    ...draft,
    warnings: [
      ...options.warnings,
      ...others,
      ...(name === 'torch' ? torchWarnings(version, after) : []),
      ...draft.warnings,
    ],
  };
}

function nothingFits(one: { name: string; from: string; asked: string; rejected: readonly RejectedVersion[] }): Fault {
  const { name, from, asked, rejected } = one;
  const state = 'Nothing was changed.';
  const first = rejected[0];
  if (first) {
    return new Fault('PACKAGE_CONFLICT', `No newer ${name} fits: ${first.version} does not, because ${first.why}`, {
      state,
      data: { rejected },
    });
  }
  if (asked !== '' && asked !== from)
    return new Fault('PACKAGE_NOT_FOUND', `The index has no ${name} ${asked}.`, { state });
  return new Fault('NOTHING_TO_DO', `${name} ${from} is the newest that the index has for this interpreter.`, {
    state,
  });
}
