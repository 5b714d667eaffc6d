import type { FaultRecord } from '../../base/fault.ts';
import type { WriteJob, WriteOutcome } from './write-jobs.ts';

/** To the writing thread. */
export type ToWorker =
  | { readonly kind: 'jobs'; readonly jobs: readonly { readonly id: number; readonly job: WriteJob }[] }
  | { readonly kind: 'close' };

/** From the writing thread. */
export type FromWorker =
  | { readonly kind: 'ready' }
  | { readonly kind: 'failed'; readonly fault: FaultRecord }
  | { readonly kind: 'done'; readonly outcomes: { readonly id: number; readonly outcome: WriteOutcome }[] };
