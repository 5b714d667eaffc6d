import type { Json } from '../../base/json.ts';
import type { PlannedStep } from './plan.ts';

/** What `forEach` steps are done for, by step: on record since their turn came. */
export type Expansions = ReadonlyMap<string, readonly Json[]>;

/**
 * Returns the steps that are carried out: one with `forEach` becomes `smoke.1`, `smoke.2`, …, each after the one before it, as they work in
 * one slot; whatever needs it needs the last of them. One whose list is not known yet, or is empty, stands for itself.
 */
export function expandSteps(steps: readonly PlannedStep[], found: Expansions): readonly PlannedStep[] {
  const expanded = new Map(steps.map((step) => [step.id, expandStep(step, found.get(step.id))]));
  const lastOf = (need: string): string => expanded.get(need)?.at(-1)?.id ?? need;
  return [...expanded.values()].flat().map((step) => ({ ...step, needs: step.needs.map(lastOf) }));
}

function expandStep(step: PlannedStep, items: readonly Json[] | undefined): readonly PlannedStep[] {
  if (items === undefined || items.length === 0) return [step];
  const { forEach: _, ...each } = step;
  return items.map((item, index) => ({
    ...each,
    id: `${step.id}.${index + 1}`,
    title: `${step.title} (${itemText(item)})`,
    needs: index === 0 ? step.needs : [...step.needs, `${step.id}.${index}`],
    of: step.id,
    item,
  }));
}

/** Longest text of an item in a title. */
const MAX_SHOWN = 40;

/** Returns an item as people are shown it. */
export function itemText(item: Json): string {
  const text = typeof item === 'string' ? item : JSON.stringify(item);
  return text.length <= MAX_SHOWN ? text : `${text.slice(0, MAX_SHOWN - 1)}…`;
}
