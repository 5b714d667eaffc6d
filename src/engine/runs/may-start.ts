import type { PlannedStep } from '../../domain/plans/plan.ts';
import type { Engine } from '../engine.ts';

/** Whether a step whose needs are done may start now. Level-triggered: asked again after each transition and each round. */
export async function mayStart(_engine: Engine, _options: { run: string; step: PlannedStep }): Promise<boolean> {
  return true;
}
