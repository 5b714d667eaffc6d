import type { PlanDraft, PlannedFile } from '../domain/plans/plan.ts';

/** A plan that writes one file, or takes one away, and moves no package. */
export const fileDraft = (options: {
  readonly file: PlannedFile;
  readonly note: string;
  readonly warnings: readonly string[];
}): PlanDraft => ({
  moves: [],
  rejected: [],
  lockText: null,
  requirementsText: null,
  files: [options.file],
  notes: [options.note],
  downloadBytes: 0,
  diskBytes: 0,
  warnings: options.warnings,
});
