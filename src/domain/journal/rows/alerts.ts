import type { FaultRecord } from '../../../base/fault.ts';
import type { AlertRaised } from '../../alerts/alert.ts';
import type { Severity } from '../../diagnosis/finding.ts';
import type { Actor } from '../actor.ts';

/** Alerts, who was told, and what is not told. */
export interface AlertRows {
  /** [`alert:<alert>`, `alert-key:<key>`] An alert begins: `a3`. */
  'alert.raised': Omit<AlertRaised, 'because'> & {
    readonly alert: string;
    /** The open alert that it follows from, or null. */
    readonly cause: string | null;
    /** The alert of the same key that was over less than a day before, or null. */
    readonly again: string | null;
    /** What it would be if it had not come again; null: it is what it was raised as. */
    readonly escalatedFrom: Severity | null;
    /** It comes and goes: it is over only when it has been away for an hour. */
    readonly flaps: boolean;
  };
  /** [`alert-count:<alert>`] It was raised for the tenth, hundredth … time. */
  'alert.counted': { readonly alert: string; readonly key: string; readonly times: number };
  /** [`alert-cause:<alert>`] What it follows from was seen later; null: that is over, and this one is not. */
  'alert.followed': { readonly alert: string; readonly key: string; readonly cause: string | null };
  /** [`alert-ack:<alert>`] */
  'alert.acknowledged': { readonly alert: string; readonly by: Actor; readonly comment: string | null };
  /** [`alert-end:<alert>`, `alert-key:<key>`] */
  'alert.ended': {
    readonly alert: string;
    readonly key: string;
    /** Who said so; null: what was seen says so. */
    readonly by: Actor | null;
    readonly evidence: readonly string[];
    readonly times: number;
  };
  /** [`suppression:<id>`, `suppressions`] Alerts whose key matches are not told until then: `s2`. */
  'alert.suppressed': {
    readonly id: string;
    readonly match: string;
    readonly untilMs: number;
    readonly reason: string;
    readonly by: Actor;
  };
  /** [`suppression:<id>`, `suppressions`] */
  'alert.unsuppressed': { readonly id: string; readonly by: Actor };
  /** [`tells:<target>`, `told:<target>:<occasion>:<alert>` of each] A notice reached its target. */
  'alert.told': {
    readonly target: string;
    readonly occasion: 'opened' | 'resolved' | 'test';
    readonly alerts: readonly string[];
    readonly attempt: number;
  };
  /** [`tells:<target>`] It did not. `nextAtMs`: when it is tried again; null: it is not. */
  'alert.notTold': {
    readonly target: string;
    readonly occasion: 'opened' | 'resolved' | 'test';
    readonly alerts: readonly string[];
    readonly attempt: number;
    readonly fault: FaultRecord;
    readonly nextAtMs: number | null;
  };
}
