import type { FaultRecord } from '../../../base/fault.ts';
import type { Priority } from '../../queue/rank.ts';
import type { Actor } from '../actor.ts';

/** The queue of changes: who waits for whom, what was wished, what was proven ahead. */
export interface QueueRows {
  /** [`turn:<change>`] An approved change waits for its turn; `behind` is right before it, `nBefore` counts all before it. */
  'queue.waited': { readonly change: string; readonly behind: string; readonly nBefore: number };
  /** [`priority:<run>`] */
  'run.prioritised': { readonly run: string; readonly from: Priority; readonly to: Priority; readonly by: Actor };
  /**
   * [`ahead:<change>`] The tree that the branch becomes with the change, if the changes `onTop` merge before it on `base`, is being
   * proven as `owner`, on a port of its own.
   */
  'queue.predicted': {
    readonly change: string;
    readonly onTop: readonly string[];
    readonly base: string;
    readonly tree: string;
    readonly owner: string;
    readonly port: number;
  };
  /**
   * [`ahead:<change>`] What came of it. `partly`: what needs no graphics card. `failed` is held against nobody: what stands before
   * it may be at fault, and the change is proven again when it is its turn. `tree` is null where it would conflict.
   */
  'queue.proven': {
    readonly change: string;
    readonly onTop: readonly string[];
    readonly base: string;
    readonly tree: string | null;
    readonly outcome: 'proven' | 'partly' | 'failed' | 'conflict';
    readonly fault: FaultRecord | null;
    readonly durationMs: number;
  };
  /**
   * [`ahead:<change>`] It will not become that tree: `reason` says why. Evidence of it stays on record. `tree` is null where its proof could
   * not begin (no port, say): it is tried again.
   */
  'queue.dropped': {
    readonly change: string;
    readonly onTop: readonly string[];
    readonly tree: string | null;
    readonly reason: string;
  };
}
