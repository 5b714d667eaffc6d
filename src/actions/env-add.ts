import { z } from 'zod';

import { Fault } from '../base/fault.ts';
import { editRequirement, requireRequirement } from '../domain/environments/requirements.ts';
import type { RejectedVersion } from '../domain/plans/plan.ts';
import { candidatesOf } from './_candidates.ts';
import { definePlanningAction } from './_context.ts';
import { ownRequirements, readEnvironment } from './_environment-before.ts';
import { environmentDraft } from './_environment-plan.ts';
import { resolveAll } from './_resolve-all.ts';

const input = z.object({ package: z.string().min(1), version: z.string().default('') });

/**
 * Adds a package to requirements.in, and what it needs to the lock; everything else stays where it is when that is possible.
 * Writes nothing. Faults: `NAME_INVALID`, `NOTHING_TO_DO`, `PACKAGE_NOT_FOUND`, `PACKAGE_CONFLICT`, those of the index.
 */
export const envAdd = definePlanningAction({
  id: 'env.add',
  summary: 'Add a package, and resolve what it brings along',
  effect: 'plan',
  input,
  async plan(context, asked) {
    const wanted = requireRequirement(`${asked.package}${asked.version === '' ? '' : `==${asked.version}`}`);
    const { name } = wanted;
    const before = await readEnvironment(context);
    const there = before.requirements.find((one) => one.name === name);
    if (there !== undefined) {
      throw new Fault('NOTHING_TO_DO', `requirements.in asks for ${name}${there.specifier} already.`, {
        hints: [`orchestrate run "upgrade ${name}"`, `orchestrate run "pin ${name} <version>"`],
        state: 'Nothing was changed.',
      });
    }
    const python = await context.interpreter();
    const current = before.versions.get(name);
    const { versions, rejected, warnings } =
      asked.version === '' && current !== undefined
        ? { versions: [current], rejected: [], warnings: [] }
        : await candidatesOf(context, { name, version: asked.version, newerThan: null, python });
    const fell: RejectedVersion[] = [...rejected];
    for (const version of versions) {
      const exact = { ...requireRequirement(`${name}===${version}`), extras: wanted.extras, line: 0 };
      const own = [{ by: 'this run', requirement: exact }, ...ownRequirements(before.requirements)];
      const found = await resolveAll(context, { before, own, moving: [name], judged: [name], python });
      if (found.kind === 'impossible') {
        fell.push({ name, version, why: found.reason });
        continue;
      }
      const edit = { name: wanted.writtenName, specifier: wanted.specifier };
      const requirementsText = editRequirement(before.requirementsText, edit);
      return environmentDraft({ before, found, python, first: [name], requirementsText, rejected: fell, warnings });
    }
    throw nothingFits(name, fell);
  },
});

function nothingFits(name: string, rejected: readonly RejectedVersion[]): Fault {
  const state = 'Nothing was changed.';
  const [first] = rejected;
  if (first === undefined) return new Fault('PACKAGE_NOT_FOUND', `The index has no ${name}.`, { state });
  const why = `No ${name} fits: ${first.version} does not, because ${first.why}`;
  return new Fault('PACKAGE_CONFLICT', why.endsWith('.') ? why : `${why}.`, { state, data: { rejected } });
}
