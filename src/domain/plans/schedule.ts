import { Fault } from '../../base/fault.ts';
import { didYouMean } from '../definitions/did-you-mean.ts';
import { findCycle, type Needing } from '../definitions/find-cycle.ts';

/**
 * How far a step is. `active` is everything between the lease and the end; `failed` also stands for cancelled. A step that was
 * `skipped` keeps nobody: what needs it goes on as if it were done.
 */
export type StepState = 'waiting' | 'active' | 'done' | 'skipped' | 'failed';

export interface ReadySteps {
  /** Steps that wait and whose needs are all done, in declared order. */
  readonly ready: readonly string[];
  /** Steps that wait and can never start, with the failed step that they need, straight or through others. */
  readonly blocked: readonly { readonly step: string; readonly by: string }[];
}

/** Returns which waiting steps may start and which never will. A step without a state waits. */
export function readySteps(steps: readonly Needing[], states: ReadonlyMap<string, StepState>): ReadySteps {
  const stateOf = (id: string): StepState => states.get(id) ?? 'waiting';
  const blockedBy = new Map<string, string>();
  const ready: string[] = [];
  for (const step of sortSteps(steps)) {
    const failed = step.needs
      .map((need) => (stateOf(need) === 'failed' ? need : blockedBy.get(need)))
      .find((id) => id !== undefined);
    if (stateOf(step.id) !== 'waiting') continue;
    if (failed !== undefined) blockedBy.set(step.id, failed);
    else if (step.needs.every((need) => isOver(stateOf(need)))) ready.push(step.id);
  }
  const declared = steps.map((step) => step.id);
  const inOrder = (a: string, b: string): number => declared.indexOf(a) - declared.indexOf(b);
  return {
    ready: ready.sort(inOrder),
    blocked: [...blockedBy].map(([step, by]) => ({ step, by })).sort((a, b) => inOrder(a.step, b.step)),
  };
}

/** Whether nothing of the step is left to do, and nothing went wrong. */
export const isOver = (state: StepState): boolean => state === 'done' || state === 'skipped';

/**
 * Returns the step and all that it needs, straight or through others, sorted: what `--until` carries out.
 * Fault: `STEP_NOT_FOUND`.
 */
export function untilStep<T extends Needing>(steps: readonly T[], id: string): readonly T[] {
  const byId = new Map(steps.map((step) => [step.id, step]));
  if (!byId.has(id)) {
    throw new Fault('STEP_NOT_FOUND', `The plan has no step ${id}.${didYouMean(id, byId.keys())}`, {
      hints: [`Its steps are: ${[...byId.keys()].join(', ')}`],
      state: 'Nothing was changed.',
      data: { step: id, known: [...byId.keys()] },
    });
  }
  const wanted = new Set([id]);
  for (const name of wanted) for (const need of byId.get(name)?.needs ?? []) wanted.add(need);
  return sortSteps(steps).filter((step) => wanted.has(step.id));
}

/** Returns the steps so that each comes after all that it needs; otherwise in declared order. A circle is a bug of the caller. */
export function sortSteps<T extends Needing>(steps: readonly T[]): readonly T[] {
  if (findCycle(steps) !== undefined) throw new Error('steps need each other in a circle');
  const known = new Set(steps.map((step) => step.id));
  const placed = new Set<string>();
  const sorted: T[] = [];
  while (sorted.length < steps.length) {
    const next = steps.find(
      (step) => !placed.has(step.id) && step.needs.every((need) => placed.has(need) || !known.has(need)),
    );
    if (next === undefined) throw new Error('two steps have the same id');
    placed.add(next.id);
    sorted.push(next);
  }
  return sorted;
}
