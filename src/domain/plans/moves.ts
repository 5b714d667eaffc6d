import { Fault, type FaultRecord } from '../../base/fault.ts';
import type { Json, JsonObject } from '../../base/json.ts';
import { holds, itemsOf } from '../expressions/evaluate.ts';
import type { ExpressionFacts, StepFacts } from '../expressions/facts.ts';
import { readsConditions, readsOwn } from '../expressions/reads.ts';
import { expandSteps, type Expansions } from './expand.ts';
import { fillArguments } from './fill.ts';
import type { PlannedStep } from './plan.ts';
import type { PlanningFacts } from './planned-steps.ts';
import { isOver, readySteps, type StepState } from './schedule.ts';

/** How far a run is with its steps, from its rows. */
export interface StepScene {
  /** Steps of the plan that are wanted now. */
  readonly steps: readonly PlannedStep[];
  readonly expansions: Expansions;
  /** By id, also of what a `forEach` step became; a step that is not in it waits. */
  readonly standing: ReadonlyMap<string, { readonly state: StepState; readonly output?: JsonObject }>;
  /** Steps that a person said yes to. */
  readonly approved: ReadonlySet<string>;
  readonly facts: PlanningFacts & Pick<ExpressionFacts, 'conditions'>;
}

/** What follows for a step whose needs are over. */
export type StepMove =
  | { readonly kind: 'skip'; readonly step: PlannedStep; readonly because: string }
  | { readonly kind: 'expand'; readonly step: PlannedStep; readonly items: readonly Json[] }
  | { readonly kind: 'wait'; readonly step: PlannedStep; readonly conditions: readonly string[] }
  | { readonly kind: 'ask'; readonly step: PlannedStep; readonly text: string }
  /** `with`: all arguments, those that were filled in late as well. */
  | { readonly kind: 'start'; readonly step: PlannedStep; readonly with: JsonObject }
  | { readonly kind: 'fail'; readonly step: PlannedStep; readonly fault: FaultRecord };

/**
 * Returns what follows for every step that may go on, in declared order. Pure, and level-triggered: the engine and the tests of playbooks
 * ask it again after each thing that happened. Asked in this order: `when`, `for-each`, `waits-for`, `approval`.
 */
export function stepMoves(scene: StepScene): readonly StepMove[] {
  const steps = expandSteps(scene.steps, scene.expansions);
  const byId = new Map(steps.map((step) => [step.id, step]));
  const states = new Map([...scene.standing].map(([id, { state }]) => [id, state]));
  return readySteps(steps, states).ready.flatMap((id) => {
    const step = byId.get(id);
    return step === undefined ? [] : [moveOf(step, scene)];
  });
}

/** Whether every step is done or was left out. */
export const isAllOver = ({ steps, expansions, standing }: StepScene): boolean =>
  expandSteps(steps, expansions).every(({ id }) => isOver(standing.get(id)?.state ?? 'waiting'));

function moveOf(step: PlannedStep, scene: StepScene): StepMove {
  try {
    return decide(step, scene);
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return { kind: 'fail', step, fault: faultOfStep(step, error) };
  }
}

function decide(step: PlannedStep, scene: StepScene): StepMove {
  const facts = stepFacts(scene, step);
  const { when, forEach, approval, approvalUnless: unless } = step;
  const isAsked = when !== undefined && (forEach === undefined || !readsOwn(when.text));
  if (isAsked && !(when.holds ?? holds(when.text, facts)))
    return { kind: 'skip', step, because: `${when.text} does not hold` };
  if (forEach !== undefined) {
    const items = forEach.items ?? itemsOf(forEach.text, facts);
    if (items.length === 0) return { kind: 'skip', step, because: `${forEach.text} is empty` };
    return { kind: 'expand', step, items };
  }
  const conditions = (step.waitsFor ?? []).filter((name) => !facts.conditions.includes(name));
  if (conditions.length > 0) return { kind: 'wait', step, conditions };
  const isFree = unless !== undefined && (unless.holds ?? holds(unless.text, facts));
  if (approval !== undefined && !isFree && !scene.approved.has(askedAs(step)))
    return { kind: 'ask', step, text: fillArguments({ approval }, facts)['approval'] ?? approval };
  return { kind: 'start', step, with: { ...step.with, ...fillArguments(step.late ?? {}, facts) } };
}

/** Returns the conditions that the steps ask for: what has to be known before `stepMoves`. */
export function conditionsAsked(steps: readonly PlannedStep[]): readonly string[] {
  const names = steps.flatMap(({ waitsFor = [], when }) => [
    ...waitsFor,
    ...(when === undefined ? [] : readsConditions(when.text)),
  ]);
  return [...new Set(names)];
}

/** A step that is done for many things is asked about once. */
export const askedAs = ({ id, of }: Pick<PlannedStep, 'id' | 'of'>): string => of ?? id;

/** Returns the facts that the expressions of a step read. */
export function stepFacts(scene: Omit<StepScene, 'approved'>, { item }: Pick<PlannedStep, 'item'>): ExpressionFacts {
  const known: Record<string, StepFacts> = {};
  for (const step of scene.steps) {
    const one = factsOf(step, scene);
    if (one !== undefined) known[step.id] = one;
  }
  return { ...scene.facts, steps: known, ...(item === undefined ? {} : { item }) };
}

function factsOf(step: PlannedStep, { expansions, standing }: Omit<StepScene, 'approved'>): StepFacts | undefined {
  const own = standing.get(step.id);
  if (own?.state === 'skipped') return { state: 'skipped' };
  if (own?.state === 'done') return { state: 'done', output: own.output ?? {} };
  const items = expansions.get(step.id);
  if (items === undefined || items.length === 0) return undefined;
  const each = items.map((_, index) => standing.get(`${step.id}.${index + 1}`));
  if (!each.every((one) => one !== undefined && isOver(one.state))) return undefined;
  const done = each.flatMap((one) => (one?.state === 'done' ? [one.output ?? {}] : []));
  return { state: 'done', items, outputs: done };
}

const faultOfStep = ({ id }: PlannedStep, fault: Fault): FaultRecord => ({
  ...fault.toRecord(),
  message: `Step ${id}: ${fault.message}`,
});
