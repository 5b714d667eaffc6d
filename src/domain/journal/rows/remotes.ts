import type { FaultRecord } from '../../../base/fault.ts';
import type { Actor } from '../actor.ts';

/** What goes to a remote, and what came of it. */
export interface RemoteRows {
  /** [`remote-address:<remote>`] Where the remote leads, from its first use on, or since a person agreed to another address. */
  'remote.addressed': {
    readonly remote: string;
    readonly address: string;
    readonly was: string | null;
    readonly by: Actor;
  };
  /** [`pushed:<change>`] The branch there moved from one commit to the other. `tags`: restore points that went along. */
  'remote.pushed': {
    readonly change: string;
    readonly address: string;
    readonly branch: string;
    readonly from: string | null;
    readonly to: string;
    readonly tags: readonly string[];
  };
  /** [`proposed:<change>`] A commit with exactly the proven tree lies there under a branch of ours, to be merged there into `into`. */
  'remote.proposed': {
    readonly change: string;
    readonly address: string;
    readonly branch: string;
    readonly into: string;
    readonly commit: string;
  };
  /** [`landed:<change>`] It was merged there: `commit` has exactly the proven tree, and home follows. */
  'remote.landed': {
    readonly change: string;
    readonly address: string;
    readonly branch: string;
    readonly commit: string;
  };
  /** [`behind:<change>`] Home moved without the remote, because production could not wait for it. */
  'remote.behind': {
    readonly change: string;
    readonly address: string;
    readonly branch: string;
    readonly commit: string;
    readonly fault: FaultRecord;
  };
}
