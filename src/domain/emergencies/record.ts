import type { Emergency } from './emergency.ts';

/** Why a run answers an emergency: kept with its first row. */
export interface EmergencyRecord {
  readonly playbook: Emergency;
  /** A person named it; else it was chosen by its signs. */
  readonly byHand: boolean;
  /** What spoke for it, the strongest first: at most `maxKept`, without what looks like a secret. */
  readonly why: readonly string[];
  /** Journal rows that hold that. */
  readonly rows: readonly number[];
  /** What else was possible. */
  readonly others: readonly Emergency[];
}

/** Signs that are kept of each. */
export const maxKept = 5;
