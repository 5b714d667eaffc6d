import type { FaultRecord } from '../../../base/fault.ts';
import type { MemoryProblem, MemoryRef, MemoryVersion } from '../../memory/entry.ts';

/** Memory: what was written, by whom, and what a task was given of it. */
export interface MemoryRows {
  /** [`memory:<key>`, `memory-seq`] A version, noted once, whoever wrote it. */
  'memory.noted': { readonly sequence: number; readonly version: MemoryVersion };
  /** [`memory:learned`] Memory holds what rows up to `through` teach. */
  'memory.learned': { readonly through: number; readonly nWritten: number };
  /** [`memory-problem:<path>`] Something in the memory folder is no entry, or not sound; it was left as it is. */
  'memory.problem': { readonly problem: MemoryProblem };
  /** [`memory-of:<attempt>`] What the attempt was given, best first; `nLeftOut` did not fit the budget. */
  'memory.restored': {
    readonly attempt: string;
    readonly agent: string;
    readonly words: string;
    readonly entries: readonly MemoryRef[];
    readonly nBytes: number;
    readonly budgetBytes: number;
    readonly nLeftOut: number;
    /** Why memory could not be read; null: it could. */
    readonly fault: FaultRecord | null;
  };
}
