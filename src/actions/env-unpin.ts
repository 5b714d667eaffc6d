import { z } from 'zod';

import { Fault } from '../base/fault.ts';
import { normalName } from '../domain/environments/package-name.ts';
import { editRequirement } from '../domain/environments/requirements.ts';
import { definePlanningAction } from './_context.ts';
import { ownRequirements, readEnvironment } from './_environment-before.ts';
import { environmentDraft, impossible } from './_environment-plan.ts';
import { resolveAll } from './_resolve-all.ts';

const input = z.object({ package: z.string().min(1) });

/**
 * Takes the version of a package out of requirements.in, so that later plans may move it. Nothing moves now, where that is possible.
 * Writes nothing. Faults: `NOTHING_TO_DO`, `PACKAGE_CONFLICT`, those of the index.
 */
export const envUnpin = definePlanningAction({
  id: 'env.unpin',
  summary: 'Let a pinned package move again',
  effect: 'plan',
  input,
  async plan(context, asked) {
    const name = normalName(asked.package);
    const before = await readEnvironment(context);
    const pinned = before.requirements.find((one) => one.name === name && /^={2,3}/.test(one.specifier));
    if (pinned === undefined) {
      throw new Fault('NOTHING_TO_DO', `requirements.in does not pin ${name}.`, { state: 'Nothing was changed.' });
    }
    const python = await context.interpreter();
    const own = ownRequirements(before.requirements).map((one) =>
      one.requirement.name === name ? { ...one, requirement: { ...one.requirement, specifier: '' } } : one,
    );
    const found = await resolveAll(context, { before, own, python });
    if (found.kind === 'impossible') throw impossible(found);
    const isOurs = /^pinned\b/.test(pinned.comment ?? '');
    const edit = { name, specifier: '', ...(isOurs ? { comment: null } : {}) };
    const requirementsText = editRequirement(before.requirementsText, edit);
    const notes = [
      `${name} was pinned to ${pinned.specifier.replace(/^=+/, '')} in requirements.in, and may move again`,
    ];
    return environmentDraft({ before, found, python, first: [name], requirementsText, notes });
  },
});
