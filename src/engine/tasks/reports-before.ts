import type { StepReport } from '../../actions/_context.ts';
import { dataOf } from '../../domain/journal/kinds.ts';
import { untilStep } from '../../domain/plans/schedule.ts';
import type { EngineContext } from '../context.ts';
import type { TaskParts } from './task-view.ts';

/** Returns what the steps reported that a step needs, straight or through others, in the order of the plan. */
export function reportsBefore(
  { ledger }: Pick<EngineContext, 'ledger'>,
  { run, step, plan }: TaskParts,
): readonly StepReport[] {
  const needed = plan.steps.some(({ id }) => id === step.id) ? untilStep(plan.steps, step.id) : [];
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
