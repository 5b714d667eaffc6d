import type { PlanDraft } from '../domain/plans/plan.ts';

/** Returns the draft of work that looks and tells, and leaves the branch as it is. */
export const noChange = (notes: readonly string[], pins: Readonly<Record<string, string>> = {}): PlanDraft => ({
  ...{ moves: [], rejected: [], lockText: null, requirementsText: null, warnings: [] },
  ...{ notes, pins, changesNothing: true, downloadBytes: 0, diskBytes: 0 },
});
