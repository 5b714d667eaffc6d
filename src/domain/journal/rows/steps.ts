import type { FaultRecord } from '../../../base/fault.ts';
import type { Json, JsonObject } from '../../../base/json.ts';
import type { Actor } from '../actor.ts';

/** What was decided about steps before and after their work. */
export interface StepRows {
  /** [`skipped:<task>`] Left out: `because` names the expression that says so. What needs the step goes on. */
  'step.skipped': { readonly task: string; readonly because: string };
  /** [`expanded:<task>`] What a step is done for, once each, as it was when its turn came. */
  'step.expanded': { readonly task: string; readonly items: readonly Json[] };
  /** [`filled:<task>`] All arguments of a step, some of which read what earlier steps reported. */
  'step.filled': { readonly task: string; readonly with: JsonObject };
  /** [`step-ask:<task>`] A person has to say yes before it starts. */
  'step.asked': { readonly task: string; readonly text: string };
  /** [`step-answer:<task>`] */
  'step.answered': { readonly task: string; readonly verdict: 'approved' | 'rejected'; readonly by: Actor };
  /** What a step reported is what its `check` asks for. */
  'step.checked': { readonly task: string; readonly attempt: string; readonly check: string };
  /** [`takes-back:<run>`] The run did not come to its end: these tasks take back what was done, in this order. */
  'run.takesBack': { readonly run: string; readonly state: string; readonly tasks: readonly string[] };
  /** [`not-taken-back:<task>`] Its arguments could not be filled in, so what it would have taken back is as the run left it. */
  'step.notTakenBack': { readonly task: string; readonly fault: FaultRecord };
}
