import type { Json, JsonObject } from '../../base/json.ts';

/** What is known of a step that is over, as expressions read it. */
export interface StepFacts {
  readonly state: 'done' | 'skipped';
  /** What its action reported; absent where the step was left out or done once for each of a list. */
  readonly output?: JsonObject;
  /** Where it was done once for each of a list: the list, and what was reported of each. */
  readonly items?: readonly Json[];
  readonly outputs?: readonly JsonObject[];
}

/** The values of all names that an expression may use. */
export interface ExpressionFacts {
  readonly inputs: Readonly<Record<string, string>>;
  readonly steps: Readonly<Record<string, StepFacts>>;
  /** Names of the conditions that hold. */
  readonly conditions: readonly string[];
  readonly installation: Readonly<Record<string, string | number>>;
  readonly item?: Json;
  readonly output?: JsonObject;
}
