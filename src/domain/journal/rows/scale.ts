import type { FaultRecord } from '../../../base/fault.ts';
import type { ClaimAct, ClaimStatus, StealGround } from '../../scale/claims.ts';
import type { SyncStep } from '../../scale/sync-plan.ts';
import type { Actor } from '../actor.ts';

/** How busy a tree was when a run was placed. */
export interface TreeLine {
  readonly tree: string;
  /** Runs that hold a slot of it or wait for one. */
  readonly nRuns: number;
  readonly nSlots: number;
}

/** Trees and their slots, who works on what, and work that was handed over. */
export interface ScaleRows {
  /** [`tree-scale:<tree>`] `file`: the number that the tree's file gave then; once it gives another, the file counts again. */
  'tree.scaled': {
    readonly tree: string;
    readonly slots: number;
    readonly before: number;
    readonly file: number;
    readonly cause: 'asked' | 'waiting' | 'idle';
    readonly reason: string;
    readonly by: Actor;
  };
  /** [`trees-synced`] What was done of the plan that `hash` names. */
  'trees.synced': { readonly hash: string; readonly steps: readonly SyncStep[]; readonly by: Actor };
  /** [`placed:<run>`] Which of the trees that its playbook allows a run works in, and why. */
  'run.placed': {
    readonly run: string;
    readonly tree: string;
    readonly among: readonly TreeLine[];
    readonly reason: string;
  };
  /** [`claim:<subject>`] `subject` is a run, a task or a change. `facts` and `rows` are what a steal was allowed by. */
  'claim.moved': {
    readonly subject: string;
    readonly act: ClaimAct;
    readonly status: ClaimStatus;
    readonly holder: Actor | null;
    readonly before: Actor | null;
    readonly ground: StealGround | null;
    readonly reason: string | null;
    readonly facts: readonly string[];
    readonly rows: readonly number[];
    readonly by: Actor;
  };
  /** [`beat:<attempt>`] The attempt shows signs of life, or none. `quietMs`: since its newest sign, by a clock that never jumps. */
  'attempt.beat': {
    readonly task: string;
    readonly attempt: string;
    readonly nPrograms: number;
    readonly quietMs: number;
  };
  /** [`died:<attempt>`] A program of the attempt was ended by a signal that was not ours, and the step failed with it. */
  'attempt.died': {
    readonly task: string;
    readonly attempt: string;
    readonly program: string;
    readonly signal: string;
    readonly fault: FaultRecord;
  };
  /** [`preserved:<attempt>`] The files of its slot as they were, kept under a ref. `tree` is null where they could not be stored. */
  'attempt.preserved': {
    readonly task: string;
    readonly attempt: string;
    readonly slot: string;
    readonly ref: string | null;
    readonly tree: string | null;
    readonly reason: string | null;
  };
  /** [`failover:<run>`] The run goes on in another slot, with the files that were preserved. */
  'run.failedOver': {
    readonly run: string;
    readonly hash: string;
    readonly why: readonly string[];
    readonly from: { readonly slot: string; readonly port: number };
    readonly to: { readonly slot: string; readonly port: number };
    readonly ref: string | null;
    readonly tree: string | null;
    readonly attempts: readonly string[];
    readonly by: Actor;
  };
}
