import { expandSteps, type Expansions } from './expand.ts';
import type { PlannedStep } from './plan.ts';

/** Ids of steps that take others back begin with this; no id of a playbook holds a dot. */
const PREFIX = 'undo.';

/** A step that is called `undo` and done for a list becomes these; no id of a playbook begins with a digit. */
const ONE_OF_A_LIST = /^undo\.\d+$/;

/** Tries after the first: it is the last chance that what was done does not stay. */
const RETRIES = 2;

/**
 * Returns the steps that take back what a run did, in the order in which they are carried out: the last first.
 * `begun`: ids of the steps that began their work, in the order in which they were heard of. Whether it was done is not always known,
 * so what takes back has to be harmless where there is nothing to take back.
 */
export function takeBackSteps(
  steps: readonly PlannedStep[],
  { expansions, begun }: { readonly expansions: Expansions; readonly begun: readonly string[] },
): readonly PlannedStep[] {
  const byId = new Map(expandSteps(steps, expansions).map((step) => [step.id, step]));
  return [...new Set(begun)].reverse().flatMap((id) => {
    const step = byId.get(id);
    return step?.compensate === undefined ? [] : [takeBackOf(step, step.compensate)];
  });
}

/** Returns the id of the step that takes another back. */
export const takeBackId = (step: string): string => `${PREFIX}${step}`;

/** Returns the step that is taken back by the one of this id, or undefined where it takes none back. */
export const takenBackBy = (id: string): string | undefined =>
  id.startsWith(PREFIX) && !ONE_OF_A_LIST.test(id) ? id.slice(PREFIX.length) : undefined;

function takeBackOf(step: PlannedStep, compensate: NonNullable<PlannedStep['compensate']>): PlannedStep {
  const { of, item } = step;
  return {
    ...compensate,
    id: takeBackId(step.id),
    title: `Take back: ${step.title}`,
    needs: [],
    retries: RETRIES,
    ...(of === undefined ? {} : { of }),
    ...(item === undefined ? {} : { item }),
  };
}
