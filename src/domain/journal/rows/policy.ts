import type { Missing } from '../../policy/standing.ts';
import type { Freeze, MergeWindow } from '../../policy/windows.ts';
import type { Actor } from '../actor.ts';

/** Merge windows and freezes beside those of `orchestrate.yaml`, and what was passed over in an emergency. */
export interface PolicyRows {
  /** [`window:<id>`, `windows`] A person added it by a command: `w3`. */
  'window.added': {
    readonly id: string;
    readonly entry: MergeWindow | Freeze;
    readonly reason: string;
    readonly by: Actor;
  };
  /** [`window:<id>`, `windows`] */
  'window.removed': { readonly id: string; readonly reason: string | null; readonly by: Actor };
  /** [`counted:<change>`] Which approvals there are of exactly this, and what is still missing. */
  'approval.counted': {
    readonly change: string;
    readonly base: string;
    readonly tree: string;
    readonly policy: string;
    /** Persons, in the order in which they approved. */
    readonly given: readonly string[];
    readonly missing: readonly Missing[];
  };
  /** [`glass:<id>`, `glass`] Somebody passed over the policy: `f1` stays open until a person has looked at it. */
  'glass.broken': {
    readonly id: string;
    readonly change: string;
    readonly base: string;
    readonly tree: string;
    readonly by: Actor;
    readonly reason: string;
    /** What was passed over, as sentences. */
    readonly overrode: readonly string[];
  };
  /** [`glass:<id>`, `glass`] */
  'followup.closed': { readonly id: string; readonly comment: string; readonly by: Actor };
}
