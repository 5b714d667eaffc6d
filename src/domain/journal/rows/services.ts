import type { FaultRecord } from '../../../base/fault.ts';
import type { Hang } from '../../services/stillness.ts';
import type { Actor } from '../actor.ts';

/** Services: restarts, logs that were put away, freezing. */
export interface ServiceRows {
  /** [`freeze`, and `frozen:<instance>` of production that it stopped] Whether all work is held. `production`: what came of stopping production too; null: it was not asked for. */
  'freeze.set': {
    readonly isFrozen: boolean;
    readonly reason: string | null;
    readonly production: string | null;
    readonly by: Actor;
  };
  /**
   * [`freeze:done`] Everything is at rest. `stopped`: programs that were ended, by their marks. `leases` are kept: work lies there.
   * `ending`: effects that cannot be broken off, such as a merge that has begun, and go on to their end.
   */
  'freeze.done': {
    readonly runs: readonly string[];
    readonly stopped: readonly string[];
    readonly leases: readonly { readonly run: string; readonly slot: string | null; readonly port: number }[];
    readonly ending: readonly string[];
    readonly durationMs: number;
  };
  /** [`restart:<instance>`, `service:down`] Production died; whether and when it is started again. `reason`: why not. */
  'service.judged': {
    readonly instance: string;
    readonly restarts: boolean;
    /** Number of the restart within the time of the rule, from 1; 0: none. */
    readonly nth: number;
    readonly dueAtMs: number;
    readonly reason: string | null;
  };
  /** [`restart:<instance>`] It was tried: `now` is production from here on, or `fault` says why it is not. */
  'service.restarted': {
    readonly instance: string;
    readonly nth: number;
    readonly now: string | null;
    readonly fault: FaultRecord | null;
  };
  /** [`prompt:<instance>`] The second server died under it: it is not queued again, and lies in `queues/<instance>.given-up.json` of the state folder. */
  'prompt.givenUp': { readonly instance: string; readonly promptId: string };
  /** [`prompt-cancelled:<promptId>`] Somebody had it taken back from production on `port`; no restart queues it again. `stays`: it is there still, its node ends first. */
  'prompt.cancelled': {
    readonly promptId: string;
    readonly port: number;
    readonly was: 'running' | 'waiting' | 'absent' | 'stays';
    readonly by: Actor;
  };
  /** [`freed:<port>`] Production was asked to take its models out of memory. Bytes that are free on its first device; null: it does not say. */
  'service.freed': {
    readonly port: number;
    readonly device: string | null;
    readonly beforeBytes: number | null;
    readonly afterBytes: number | null;
    /** Prompts that ran or waited: it frees them only when it is idle. */
    readonly nBusy: number;
    readonly by: Actor;
  };
  /** [`service:down`] Production is up again after a death. */
  'service.back': { readonly instance: string };
  /**
   * [`service:hung`] Production lives and does not get on. `subject`: the prompts that run, or what else it is busy with.
   * `isHeldByKernel`: its process is in state D.
   */
  'service.hung': Hang & {
    readonly instance: string;
    readonly subject: string | null;
    readonly isHeldByKernel: boolean;
  };
  /** [`service:hung`] That is over: it moves again, or it was ended. */
  'service.unhung': { readonly instance: string; readonly how: 'moves' | 'ended' };
  /**
   * [`shown:<slot>`, `shown-by:<instance>`] The files of a slot, as they were, are started for a person to look at, until `untilMs` at the latest,
   * `forMs` after they were asked for. `gitTree`: the files.
   */
  'slot.shown': {
    readonly slot: string;
    readonly instance: string;
    readonly gitTree: string;
    readonly port: number;
    readonly untilMs: number;
    readonly forMs: number;
    readonly by: Actor;
  };
  /** [`shown:<slot>`] That is over: its time was, a person said so, or it ended by itself. */
  'slot.hidden': { readonly slot: string; readonly instance: string; readonly why: 'time' | 'asked' | 'ended' };
  /**
   * [`swarm`] SwarmUI did with the ComfyUI that it runs what it was asked for; `backends` as it tells them then. `asked`: ids of those that it
   * was asked about; older rows do not say.
   */
  'service.bySwarm': {
    readonly act: 'restart' | 'start' | 'stop';
    readonly url: string;
    readonly backends: readonly { readonly id: string; readonly status: string }[];
    readonly asked?: readonly string[];
  };
}
