import type { Severity } from '../diagnosis/finding.ts';
import type { HealthPart } from '../health/part.ts';
import type { Hang } from '../services/stillness.ts';

/** What is known of an installation when somebody asks for help: rows of the journal, and a look at it just now. */
export interface EmergencyFacts {
  /** Of the person; null: he says nothing. */
  readonly words: string | null;
  /** Alerts that are not over. */
  readonly alerts: readonly {
    readonly alert: string;
    readonly key: string;
    readonly severity: Severity;
    readonly sentence: string;
    readonly raisedAtMs: number;
    /** The open alert that it follows from, or null. */
    readonly cause: string | null;
    readonly row: number;
  }[];
  /** Failures that logs show and that are not over. */
  readonly findings: readonly {
    readonly signature: string;
    readonly severity: Severity;
    readonly sentence: string;
    /** Signature that it follows from, or null. */
    readonly because: string | null;
    /** Null: the log was read just now. */
    readonly row: number | null;
    readonly atMs: number | null;
  }[];
  /** Production lives and does not get on; null: nothing says so. */
  readonly hang:
    | (Pick<Hang, 'cause'> & { readonly sentence: string; readonly row: number; readonly atMs: number })
    | null;
  readonly parts: readonly HealthPart[];
  /** The newest switch of production to something else, or null. */
  readonly switched: { readonly change: string; readonly atMs: number; readonly row: number } | null;
}
