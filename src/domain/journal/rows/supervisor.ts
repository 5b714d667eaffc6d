import type { JsonObject } from '../../../base/json.ts';
import type { TemplateId } from '../../definitions/types.ts';
import type { MachineName } from '../../machines/index.ts';
import type { Actor } from '../actor.ts';

/** The installation, its ledger and its supervisor. */
export interface SupervisorRows {
  /** [`installation`] */
  'installation.created': {
    readonly id: string;
    readonly home: string;
    readonly branchRef: string;
    readonly head: string;
    readonly version: string;
    /** Absent: ComfyUI. */
    readonly template?: TemplateId;
  };
  /** [`ledger.headMissing`] Rows that were once the newest are gone: the tail was lost outside of the database. */
  'ledger.headMissing': {
    readonly noted: { readonly seq: number; readonly hash: string };
    readonly found: { readonly seq: number; readonly hash: string };
  };
  /** `stays`: it does not end by itself when nothing is to be done. */
  'supervisor.started': { readonly pid: number; readonly version: string; readonly stays?: true };
  'supervisor.reconciled': {
    /** One sentence per thing that was found and put right. */
    readonly findings: readonly string[];
    readonly durationMs: number;
    readonly resumed: readonly string[];
  };
  /** [`supervisor-overtaken`] This supervisor took over from one that was judged dead; rows of that one are refused. */
  'supervisor.overtaken': {
    readonly pid: number;
    readonly epoch: number;
    readonly signs: readonly string[];
    readonly by: Actor;
  };
  /**
   * Asked to end while it was at work. `finished`: what went to its end, as `<machine> <effect>`. `parked`: what did not within the
   * time; the next supervisor begins it again. `stopped`: programs of agents and services under test that were ended, by their marks.
   */
  'supervisor.drained': {
    readonly finished: readonly string[];
    readonly parked: readonly string[];
    readonly stopped: readonly string[];
    readonly durationMs: number;
  };
  'supervisor.stopped': { readonly reason: string };
  /** [`checkpoint`] Which machines were alive, and the highest numbers in use, at this row. */
  'supervisor.checkpoint': {
    readonly live: readonly { readonly machine: MachineName; readonly subject: string }[];
    readonly numbers: Readonly<Record<string, number>>;
  };
  /** [`status:summary`] What bare `orchestrate` and `status` print; kept current by the supervisor. */
  'status.summarised': { readonly summary: JsonObject };
}
