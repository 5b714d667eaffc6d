import type { LeftOut, TrashKind } from '../../removal/trash.ts';
import type { Actor } from '../actor.ts';

/** The trash: what was moved out of the way, what came back, what was taken away for good. */
export interface TrashRows {
  /** [`trash:<id>`, `trash`, `trash-from:<from>`, `removal:<plan hash>`] Something lies in the trash. */
  'trash.put': {
    readonly id: string;
    readonly what: TrashKind;
    /** Of the slot, environment, instance or difference. */
    readonly name: string;
    /** Absolute path at which it lay; null where it was found in the trash and nothing says. */
    readonly from: string | null;
    /** Absolute path at which it lies. */
    readonly place: string;
    /** One clause: `the slot was prepared for r7`. */
    readonly why: string;
    readonly run: string | null;
    readonly by: Actor;
    readonly sizeBytes: number;
    /** Ref in the trusted store whose commit holds the files, and the commits that only this named; null: none was made. */
    readonly ref: string | null;
    /** Tree of the files; null: the folder is the only copy. */
    readonly tree: string | null;
    /** Commits that nothing else named, held by `ref`. */
    readonly commits: readonly string[];
    /** Something of it is on no branch: it never goes by itself. */
    readonly holdsWork: boolean;
    /** What `tree` does not hold: it lies in `place` alone. */
    readonly leftOut: readonly LeftOut[];
  };
  /** [`trash:<id>`] It was brought back to `to`, all but `left`; its backup ref stays. */
  'trash.restored': {
    readonly id: string;
    readonly to: string;
    /** Moved from the trash, or written from the backup ref because the folder was gone. */
    readonly how: 'moved' | 'from-backup';
    /** Names of git's own that stay in the trash, as they would lead a git of the slot elsewhere; absent: nothing does. */
    readonly left?: readonly string[];
    readonly by: Actor;
  };
  /** [`kept:<commit>`, `kept`] A commit that only a slot named, and that the store does not take in, got a ref in home. */
  'commit.kept': {
    readonly commit: string;
    readonly slot: string;
    /** Full name, in home. */
    readonly ref: string;
    /** Why the store does not hold it: a sentence. */
    readonly why: string;
  };
  /** [`trash:<id>`] Its folder was removed. `ref`: the backup that stays, or null. */
  'trash.emptied': {
    readonly id: string;
    readonly place: string;
    readonly sizeBytes: number;
    readonly ref: string | null;
    readonly by: Actor;
  };
}
