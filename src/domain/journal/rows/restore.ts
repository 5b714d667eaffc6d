import type { FaultRecord } from '../../../base/fault.ts';
import type { Bisected, Probed } from '../../restore/bisected.ts';
import type { Drilled } from '../../restore/drill.ts';
import type { RestoreManifest } from '../../restore/manifest.ts';
import type { PrunePlan } from '../../restore/prune-plan.ts';
import type { Actor } from '../actor.ts';

/** Restore points, and the room that they take. */
export interface RestoreRows {
  /** [`restore:<number>`, `restore-at:<commit>`, `restores`] Written before the branch moves. */
  'restore.created': {
    readonly tag: string;
    readonly number: number;
    readonly commit: string;
    readonly manifest: RestoreManifest;
    /** The annotated tag object; absent in old rows. */
    readonly object?: string;
  };
  /** [`rebuilt:<number>`] A restore tag was missing (`found` null) or named something else; it was made again from the journal. */
  'restore.rebuilt': {
    readonly number: number;
    readonly tag: string;
    readonly where: 'home' | 'store';
    readonly found: string | null;
    readonly object: string;
  };
  /** [`void:<number>`] The branch moved before the merge of this restore point: nothing ever was in this state. */
  'restore.voided': { readonly number: number; readonly tag: string; readonly change: string };
  /** [`pin:<number>`] A person wants the environment of a restore point kept whatever the rule says, or no longer. */
  'restore.pinned': {
    readonly number: number;
    readonly tag: string;
    readonly isPinned: boolean;
    readonly reason: string | null;
    readonly by: Actor;
  };
  /**
   * [`drill:<number>`, `drill-of:<run>`] A restore point was brought back in folders of its own, or why that failed: `fault`.
   * `parts` are the ones that were gone through, in order; nothing of it stays.
   */
  'restore.drilled': Drilled & { readonly fault: FaultRecord | null };
  /**
   * [`bisect-of:<run>`, `probed:<run>:<commit>`] A state of the branch was tried in a slot, or why it could not be. A bisect that was
   * broken off goes on from these.
   */
  'restore.probed': Probed;
  /** [`bisected:<run>`] Which merge broke what is watched, or among which it is. */
  'restore.bisected': Bisected;
  /** [`space:pruned`] What was taken away to make room, and what that made of the restore points. */
  'space.pruned': { readonly plan: PrunePlan; readonly hash: string; readonly by: Actor };
}
