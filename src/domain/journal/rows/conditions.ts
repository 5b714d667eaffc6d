import type { Due } from '../../bus/lifetime.ts';
import type { Actor } from '../actor.ts';

/** Conditions, and the steps that wait for them. */
export interface ConditionRows {
  /** [`condition:<name>`] */
  'condition.set': {
    readonly name: string;
    readonly by: Actor;
    readonly evidence: readonly string[];
    readonly expiresAtMs: number | null;
    /** `expiresAtMs` by the clock that never jumps; older rows have none. */
    readonly due?: Due;
  };
  /** [`condition:<name>`] */
  'condition.cleared': { readonly name: string; readonly by: Actor; readonly reason: string };
  /** [`waits:<task>`] A step is ready but for these; `dueAtMs`: then the run pauses and asks. */
  'step.waits': {
    readonly task: string;
    readonly conditions: readonly string[];
    readonly dueAtMs: number;
    /** `dueAtMs` by the clock that never jumps; older rows have none. */
    readonly due?: Due;
  };
}
