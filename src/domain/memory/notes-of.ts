import type { JournalKind } from '../journal/kinds.ts';
import type { FactReader, FactRow, MemoryNote } from './note.ts';
import { decisionNotes } from './notes/decision-notes.ts';
import { bootNotes, environmentNotes } from './notes/environment-notes.ts';
import { failureNotes } from './notes/failure-notes.ts';
import { findingNotes } from './notes/finding-notes.ts';
import { planNotes } from './notes/plan-notes.ts';
import { repairNotes, serviceNotes } from './notes/service-notes.ts';
import { verifiedNotes } from './notes/verified-notes.ts';

/** Kinds of rows that memory learns from. */
export const teachingKinds: readonly JournalKind[] = [
  'change.gated',
  'diagnosis.found',
  'environment.recorded',
  'evidence.recorded',
  'instance.composed',
  'machine.moved',
  'plan.answered',
  'plan.made',
  'restore.created',
  'restore.drilled',
  'review.answered',
  'run.closed',
  'run.failedOver',
  'service.switched',
];

/** Returns what a row teaches, in the order in which it is written. Nothing is in it that no row says. */
export const notesOf = (row: FactRow, journal: FactReader): readonly MemoryNote[] => [
  ...decisionNotes(row),
  ...planNotes(row),
  ...failureNotes(row, journal),
  ...verifiedNotes(row, journal),
  ...environmentNotes(row),
  ...bootNotes(row),
  ...serviceNotes(row),
  ...repairNotes(row, journal),
  ...findingNotes(row),
];
