import type { FaultRecord } from '../../base/fault.ts';
import type { ChainHead, Draft } from '../../domain/journal/chain.ts';
import type { BusJob, BusOutcome, CheckedMail } from './bus/bus-jobs.ts';

/** A piece of work for the writing connection. Plain data: it may cross to a worker thread. */
export type WriteJob = AppendJob | RequestJob | NextEpochJob | BusJob;

export interface AppendJob {
  readonly kind: 'append';
  readonly epoch: number;
  readonly atMs: number;
  readonly rows: readonly Draft[];
  readonly answers: readonly { readonly id: number; readonly answerText: string }[];
  readonly mail?: CheckedMail;
}

export interface RequestJob {
  readonly kind: 'request';
  readonly name: string;
  readonly atMs: number;
  readonly dataText: string;
}

export interface NextEpochJob {
  readonly kind: 'nextEpoch';
  readonly atMs: number;
  /** The head that was last seen committed, if that is known from outside the database. */
  readonly witness: ChainHead | undefined;
}

export type WriteOutcome =
  | {
      readonly kind: 'appended';
      readonly firstSeq: number;
      readonly prev: string;
      readonly hashes: readonly string[];
      /** The rows about the mail, after those of the job. */
      readonly mailRows: readonly Draft[];
    }
  | BusOutcome
  | { readonly kind: 'requested'; readonly id: number }
  | { readonly kind: 'epoch'; readonly epoch: number }
  | { readonly kind: 'refused'; readonly fault: FaultRecord };

/** Whoever does write jobs: the calling thread, or a worker. */
export interface Writer {
  /** Resolves when the job is committed and durable, or was refused. */
  submit(job: WriteJob): Promise<WriteOutcome>;
  /** Resolves when no job is waiting. */
  idle(): Promise<void>;
  close(): Promise<void>;
}
