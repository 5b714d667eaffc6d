import { Fault } from '../../base/fault.ts';
import type { JsonObject } from '../../base/json.ts';
import { holds } from '../expressions/evaluate.ts';
import type { ExpressionFacts } from '../expressions/facts.ts';
import type { PlannedStep } from './plan.ts';

/** Throws `STEP_CHECK_FAILED` where what the step reported is not what its `check` asks for; `EXPRESSION_FAILED` where nobody can tell. */
export function checkStep({ id, check }: PlannedStep, output: JsonObject, facts: ExpressionFacts): void {
  if (check === undefined || holds(check, { ...facts, output })) return;
  throw new Fault('STEP_CHECK_FAILED', `Step ${id} did its work, but its check does not hold: ${check}.`, {
    data: { step: id, check, output },
  });
}
