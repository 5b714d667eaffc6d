import { z } from 'zod';

import { Fault } from '../base/fault.ts';
import { normalName } from '../domain/environments/package-name.ts';
import { needersOf } from '../domain/environments/promises.ts';
import { printRequirement, removeRequirement } from '../domain/environments/requirements.ts';
import { definePlanningAction } from './_context.ts';
import { type EnvironmentBefore, ownRequirements, readEnvironment, requirePackage } from './_environment-before.ts';
import { environmentDraft, impossible } from './_environment-plan.ts';
import { resolveAll } from './_resolve-all.ts';

const input = z.object({ package: z.string().min(1) });

/**
 * Takes a package out of requirements.in and of the lock, with what only it needed. Refused when something that stays needs it.
 * Writes nothing. Faults: `PACKAGE_NOT_FOUND`, `PACKAGE_CONFLICT` naming who needs it, those of the index.
 */
export const envRemove = definePlanningAction({
  id: 'env.remove',
  summary: 'Take a package out, unless something that stays needs it',
  effect: 'plan',
  input,
  async plan(context, asked) {
    const name = normalName(asked.package);
    const before = await readEnvironment(context);
    if (!before.requirements.some((one) => one.name === name)) requirePackage(before, name);
    const askers = componentsAsking(before, name);
    if (askers.length > 0) throw isNeeded(name, askers);

    const python = await context.interpreter();
    const own = ownRequirements(before.requirements.filter((one) => one.name !== name));
    const found = await resolveAll(context, { before, own, removed: [name], python });
    if (found.kind === 'impossible') throw impossible(found);
    if (found.packages.some((one) => one.name === name)) {
      const needers = needersOf(name, found.needs).map(({ by, requirement }) => `${by} needs ${requirement}`);
      throw isNeeded(name, needers.length > 0 ? needers : ['another package needs it']);
    }
    const requirementsText = removeRequirement(before.requirementsText, name);
    return environmentDraft({ before, found, python, first: [name], requirementsText });
  },
});

function componentsAsking({ asked }: EnvironmentBefore, name: string): readonly string[] {
  return [asked.core, ...asked.packs].flatMap(({ component, requirements }) =>
    requirements
      .filter((one) => one.name === name)
      .map((one) => `${component} asks for ${printRequirement({ ...one, comment: null })}`),
  );
}

function isNeeded(name: string, needers: readonly string[]): Fault {
  const shown = needers.slice(0, 5).join(', ');
  return new Fault('PACKAGE_CONFLICT', `${name} cannot go: ${shown}${needers.length > 5 ? ' and more' : ''}.`, {
    state: 'Nothing was changed.',
    data: { package: name, needers },
  });
}
