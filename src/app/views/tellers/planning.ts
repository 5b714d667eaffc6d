import type { PlanningRows } from '../../../domain/journal/rows/planning.ts';
import { countText, shortId } from '../text.ts';
import type { TellersOf } from './teller.ts';

/** What a journal row of this feature says, as one line. */
export const planningTellers: TellersOf<PlanningRows> = {
  'plan.asked': ({ agent, nth, faults }) =>
    nth === 0
      ? `no playbook fits; ${agent} asks a language model for a plan`
      : `${agent} asks for the plan again: ${countText(faults.length, 'fault')} in it, first: ${faults[0] ?? ''}`,
  'plan.drafted': ({ run, provider, model, sha256, nAsked }) =>
    `the plan of ${run} is written by ${provider}/${model}${nAsked === 1 ? '' : ` at the ${nAsked}. asking`}: playbook ${shortId(sha256)}`,
};
