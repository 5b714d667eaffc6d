import type { PlannedStep } from '../../domain/plans/plan.ts';
import { hasItsConditions } from '../conditions/wait.ts';
import type { Engine } from '../engine.ts';

/**
 * Whether a step whose needs are done may start now. Level-triggered: asked again after each transition and each round.
 * Fault: `CONDITION_AWAITED`.
 */
export async function mayStart(engine: Engine, options: { run: string; step: PlannedStep }): Promise<boolean> {
  return hasItsConditions(engine, options);
}
