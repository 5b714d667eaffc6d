import type { StepReport } from '../../actions/_context.ts';
import { dataOf } from '../../domain/journal/kinds.ts';
import { expandSteps } from '../../domain/plans/expand.ts';
import { untilStep } from '../../domain/plans/schedule.ts';
import { takenBackBy } from '../../domain/plans/take-back.ts';
import type { EngineContext } from '../context.ts';
import { expansionsOf } from '../runs/expansions.ts';
import type { TaskParts } from './task-view.ts';

/**
 * Returns what the steps reported that a step needs, straight or through others, in the order of the plan; for one that takes another
 * back also what that one reported.
 */
export function reportsBefore(
  { ledger }: Pick<EngineContext, 'ledger'>,
  { run, step, plan }: Pick<TaskParts, 'run' | 'step' | 'plan'>,
): readonly StepReport[] {
  const steps = expandSteps(plan.steps, expansionsOf({ ledger }, run));
  const last = takenBackBy(step.id) ?? step.id;
  const needed = steps.some(({ id }) => id === last) ? untilStep(steps, last) : [];
  return needed
    .filter(({ id }) => id !== step.id)
    .flatMap(({ id }) => {
      const entry = ledger.latest(`step:${run}.${id}`);
      const reported = dataOf('step.reported', entry);
      if (entry === undefined || reported === undefined) return [];
      const { agent, action, sentence, output } = reported;
      return [{ step: id, agent, action, sentence, output, row: entry.seq }];
    });
}
