import { z } from 'zod';

import { Fault } from '../base/fault.ts';
import { borrowedLock } from '../domain/environments/borrowed.ts';
import { borrowedInterpreter, readLock } from '../domain/environments/lock.ts';
import { type Component, parseComponents, printComponents } from '../domain/instances/components.ts';
import { chooseDifferences, takeable } from '../domain/outside/choose.ts';
import { authorText, differenceText } from '../domain/outside/describe.ts';
import type { OutsideDifference } from '../domain/outside/difference.ts';
import type { PackageMove, PlanDraft, PlannedFile } from '../domain/plans/plan.ts';
import { definePlanningAction, type PlanningContext } from './_context.ts';
import { joinedQuestions } from './_questions.ts';
import { resolveComponents } from './_resolve-components.ts';

/** Ids of differences, separated by blanks or commas; empty for all that can be taken over. */
const input = z.object({ changes: z.string().default('') });

/**
 * Plans to take outside changes over: which files of home they become. Code that is new has to be allowed by a person,
 * as the proof runs it. Writes nothing.
 * Faults: `OUTSIDE_NOT_FOUND`, `NOTHING_TO_DO`, `CHANGE_CONFLICT`, `CHANGE_MOVED` when it moved again meanwhile,
 * `PACKAGE_CONFLICT` when the packages that a pack asks for do not fit.
 */
export const outsideChoose = definePlanningAction({
  id: 'outside.choose',
  summary: 'Choose the outside changes to take over, and the files that they become',
  effect: 'plan',
  input,
  async plan(context, asked) {
    const ids = asked.changes.split(/[\s,]+/).filter((one) => one !== '');
    const chosen = chooseDifferences(await context.outsideChanges(), ids);
    const taken = takeable(chosen, { isByName: ids.length > 0 });
    const left = chosen.filter((one) => !taken.includes(one));
    const before = parseComponents(await readHome(context, 'components.lock'));
    const after = takenComponents(before, taken);
    const environment = await environmentOf(context, taken, after);
    const componentsText = printComponents(after);
    return {
      ...environment,
      rejected: [],
      files: [
        ...(componentsText === printComponents(before) ? [] : [{ path: 'components.lock', text: componentsText }]),
        ...modelPathFiles(taken),
      ],
      notes: taken.map((one) => `${one.id} ${differenceText(one)} · ${authorText(one)}`),
      mustAsk: joinedQuestions(newCode(taken), environment.mustAsk),
      warnings: [
        ...environment.warnings,
        ...left.map((one) => `${one.id} is left out, ${one.name}: ${one.whyNot ?? ''}`),
      ],
    };
  },
});

function takenComponents(before: readonly Component[], taken: readonly OutsideDifference[]): readonly Component[] {
  let components = before;
  const without = (path: string): readonly Component[] => components.filter((one) => one.path !== path);
  for (const { take } of taken) {
    if (take?.kind === 'component') components = [...without(take.component.path), take.component];
    else if (take?.kind === 'drop-component') components = without(take.path);
  }
  return components;
}

/**
 * A borrowed environment is what lies there: whoever put a pack there put its packages there, too. One that is built
 * from wheels gets what the components ask for.
 */
async function environmentOf(
  context: PlanningContext,
  taken: readonly OutsideDifference[],
  components: readonly Component[],
): Promise<Omit<PlanDraft, 'rejected'>> {
  const nothing = { moves: [], lockText: null, requirementsText: null, downloadBytes: 0, diskBytes: 0, warnings: [] };
  const packages = taken.find(({ take }) => take?.kind === 'packages');
  if (packages !== undefined) return { ...nothing, ...(await surveyedLock(context, packages)) };
  const lockText = await readHome(context, 'requirements.lock');
  const isOfComponents = taken.some(({ take }) => take?.kind === 'component' || take?.kind === 'drop-component');
  if (!isOfComponents || borrowedInterpreter(lockText) !== undefined) return nothing;
  const requirementsText = await readHome(context, 'requirements.in');
  return resolveComponents(context, { components, requirementsText, lockText, kept: [] });
}

const modelPathFiles = (taken: readonly OutsideDifference[]): readonly PlannedFile[] =>
  taken.flatMap(({ take }) =>
    take?.kind === 'model-paths' ? [{ path: 'extra_model_paths.yaml', text: take.text }] : [],
  );

/** Why a person has to say yes: nobody has looked at this code, and the proof starts it. */
function newCode(taken: readonly OutsideDifference[]): string | null {
  const names = taken.filter(({ take }) => take?.kind === 'component').map(({ name }) => name);
  const moved = taken.some(({ take }) => take?.kind === 'packages');
  const what = [...names, ...(moved ? ['the packages that moved'] : [])];
  if (what.length === 0) return null;
  return `the code of ${what.join(', ')} was put there by somebody else, and runs as you in the proof`;
}

/** The lock of the borrowed environment as it is now. */
async function surveyedLock(
  context: PlanningContext,
  { subject, mark, id }: OutsideDifference,
): Promise<{ readonly lockText: string; readonly moves: readonly PackageMove[] }> {
  const survey = await context.python.survey({ python: subject, mark: context.mark });
  if (survey.fingerprint !== mark) {
    throw new Fault('CHANGE_MOVED', `The environment of ${subject} moved again since ${id} was found.`, {
      hints: ['orchestrate outside list'],
      state: 'Nothing was changed.',
    });
  }
  const { abi, platform, fingerprint, packages } = survey;
  const { lockText } = borrowedLock({ python: subject, abi, platform, fingerprint, packages });
  const before = readLock({ file: 'requirements.lock', text: await readHome(context, 'requirements.lock') });
  const after = readLock({ file: 'requirements.lock', text: lockText });
  const [was, is] = [before, after].map((lock) => new Map(lock.packages.map((one) => [one.name, one.version])));
  const moves = [...new Set([...(was?.keys() ?? []), ...(is?.keys() ?? [])])].sort().flatMap((name): PackageMove[] => {
    const move = { name, from: was?.get(name) ?? null, to: is?.get(name) ?? null };
    return move.from === move.to ? [] : [move];
  });
  return { lockText, moves };
}

async function readHome(context: PlanningContext, path: string): Promise<string> {
  const bytes = await context.store.readFile(context.baseTree, path);
  if (!bytes) throw new Fault('CONFIG_INVALID', `The branch has no ${path}.`, { hints: ['orchestrate doctor'] });
  return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
}
