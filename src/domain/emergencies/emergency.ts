import type { RepairPlaybook } from '../diagnosis/repair-playbooks.ts';

/**
 * Ids of the playbooks that answer an emergency. What causes others stands before what may follow from it: of two that are shown
 * equally well the earlier is tried.
 */
export const emergencies = [
  'disk-full',
  'gpu-lost',
  'out-of-memory',
  'model-missing',
  'bad-upgrade',
  'node-import-failed',
  'queue-stuck',
  'emergency-unresponsive',
] as const satisfies readonly RepairPlaybook[];
export type Emergency = RepairPlaybook;

/** What speaks for an emergency. */
export interface Sign {
  /** Null: something is wrong, and no playbook answers it. */
  readonly emergency: Emergency | null;
  /** Among `weights`. */
  readonly weight: number;
  /** One clause, as its row, the look or the person says it. */
  readonly sentence: string;
  /** Journal rows that hold it; none: it was seen just now. */
  readonly rows: readonly number[];
  /** When it was first seen, in milliseconds since 1970; null: just now. */
  readonly sinceMs: number | null;
}

/**
 * What a sign weighs. The words of a person who names a cause count more than what is seen, since he may know more; words that name what
 * is felt (it does not answer) count less than something critical that is seen, since that may be why.
 */
export const weights = {
  /** Not an emergency by itself. */
  hint: 1,
  warning: 2,
  feltWords: 3,
  critical: 4,
  causeWords: 5,
  /** Since when it is so: whatever it looks like, that is where it came from. */
  sinceWords: 6,
} as const;

/** The least that starts a playbook. */
export const leastWeight: number = weights.warning;
