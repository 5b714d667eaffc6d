import { z } from 'zod';

import { Fault } from '../base/fault.ts';
import { normalName } from '../domain/environments/package-name.ts';
import { editRequirement, requireRequirement } from '../domain/environments/requirements.ts';
import { definePlanningAction } from './_context.ts';
import { ownRequirements, readEnvironment, requirePackage } from './_environment-before.ts';
import { environmentDraft, impossible } from './_environment-plan.ts';
import { resolveAll } from './_resolve-all.ts';

const input = z.object({ package: z.string().min(1), version: z.string().default(''), reason: z.string().default('') });

/**
 * Writes an exact version with its reason into requirements.in, so that no later plan moves it: the version that is asked for, or
 * the one that is installed. Writes nothing. Faults: `PACKAGE_NOT_FOUND`, `NOTHING_TO_DO`, `PACKAGE_CONFLICT`, those of the index.
 */
export const envPin = definePlanningAction({
  id: 'env.pin',
  summary: 'Pin a package to a version, with the reason',
  effect: 'plan',
  input,
  async plan(context, asked) {
    const name = normalName(asked.package);
    const before = await readEnvironment(context);
    const current = requirePackage(before, name);
    const version = asked.version === '' ? current : asked.version;
    const pinned = requireRequirement(`${name}==${version}`);
    const reason = asked.reason.replaceAll(/\s+/g, ' ').trim();
    const comment = reason === '' ? 'pinned' : `pinned: ${reason}`;
    const edit = { name, specifier: pinned.specifier, comment };
    const requirementsText = editRequirement(before.requirementsText, edit);
    if (requirementsText === before.requirementsText) {
      throw new Fault('NOTHING_TO_DO', `requirements.in pins ${name} to ${version} already.`, {
        hints: [`orchestrate run "unpin ${name}"`],
        state: 'Nothing was changed.',
      });
    }
    const python = await context.interpreter();
    const others = ownRequirements(before.requirements.filter((one) => one.name !== name));
    const own = [{ by: 'this run', requirement: { ...pinned, line: 0 } }, ...others];
    const moving = version === current ? [] : [name];
    const found = await resolveAll(context, { before, own, moving, judged: [name], python });
    if (found.kind === 'impossible') throw impossible(found);
    const notes = [`${name} is pinned to ${version} in requirements.in (${comment})`];
    return environmentDraft({ before, found, python, first: [name], requirementsText, notes });
  },
});
