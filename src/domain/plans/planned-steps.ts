import type { JsonObject } from '../../base/json.ts';
import type { Compensation, Playbook, PlaybookStep } from '../definitions/types.ts';
import { holds, itemsOf } from '../expressions/evaluate.ts';
import type { ExpressionFacts } from '../expressions/facts.ts';
import { readsEarly } from '../expressions/reads.ts';
import { fillArguments, referencesIn } from './fill.ts';
import type { PlannedCompensation, PlannedStep } from './plan.ts';

/** What is known when a plan is made. */
export type PlanningFacts = Pick<ExpressionFacts, 'inputs' | 'installation'>;

/**
 * Returns the steps of a playbook as a plan holds them: whatever can be decided from the inputs and the installation is decided now,
 * so that it is shown; the rest is told by its expression. Faults: `EXPRESSION_FAILED`, `PLAYBOOK_UNKNOWN_REFERENCE`.
 */
export function plannedSteps({ steps }: Pick<Playbook, 'steps'>, known: PlanningFacts): readonly PlannedStep[] {
  const facts: ExpressionFacts = { ...known, steps: {}, conditions: [] };
  return steps.map((step) => ({
    id: step.id,
    title: step.title,
    action: step.action,
    agent: step.agent,
    needs: step.needs,
    ...plannedArguments(step.with, facts),
    timeoutMs: step.timeoutMs,
    retries: step.retries,
    ...(step.waitsFor.length === 0 ? {} : { waitsFor: step.waitsFor, waitAtMostMs: step.waitAtMostMs }),
    ...decided(step, facts),
  }));
}

/** What only some steps have: a plan holds no empty fields. */
function decided(step: PlaybookStep, facts: ExpressionFacts): Partial<PlannedStep> {
  const { when, forEach, check, approval, approvalUnless, compensate } = step;
  return {
    ...(when === undefined ? {} : { when: truthOf(when, facts) }),
    ...(forEach === undefined
      ? {}
      : { forEach: { text: forEach, items: readsEarly(forEach) ? itemsOf(forEach, facts) : null } }),
    ...(check === undefined ? {} : { check }),
    ...(approval === undefined ? {} : { approval }),
    ...(approvalUnless === undefined ? {} : { approvalUnless: truthOf(approvalUnless, facts) }),
    ...(compensate === undefined ? {} : { compensate: plannedCompensation(compensate, facts) }),
  };
}

const truthOf = (text: string, facts: ExpressionFacts): { text: string; holds: boolean | null } => ({
  text,
  holds: readsEarly(text) ? holds(text, facts) : null,
});

const plannedCompensation = (compensate: Compensation, facts: ExpressionFacts): PlannedCompensation => ({
  action: compensate.action,
  agent: compensate.agent,
  ...plannedArguments(compensate.with, facts),
  timeoutMs: compensate.timeoutMs,
});

/** An argument is filled in whole, now or when the step starts: what was filled in must never be read as an expression. */
function plannedArguments(
  args: Readonly<Record<string, string>>,
  facts: ExpressionFacts,
): Pick<PlannedStep, 'with' | 'late'> {
  const all = Object.entries(args);
  const late = all.filter(([, text]) => !referencesIn(text).every(isEarly));
  const early = all.filter(([, text]) => referencesIn(text).every(isEarly));
  const filled = fillArguments(Object.fromEntries(early), facts) as JsonObject;
  return late.length === 0 ? { with: filled } : { with: filled, late: Object.fromEntries(late) };
}

const isEarly = ({ input, expression }: ReturnType<typeof referencesIn>[number]): boolean =>
  input !== undefined || expression === undefined || readsEarly(expression);
