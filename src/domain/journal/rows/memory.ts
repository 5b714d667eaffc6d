import type { MemoryRef, MemoryVersion } from '../../memory/entry.ts';

/** Memory: what was written, by whom, and what a task was given of it. */
export interface MemoryRows {
  /** [`memory:<key>`, `memory-seq`] A version, noted once, whoever wrote it. */
  'memory.noted': { readonly sequence: number; readonly version: MemoryVersion };
  /** [`memory-of:<attempt>`] What the attempt was given, best first; `nLeftOut` did not fit the budget. */
  'memory.restored': {
    readonly attempt: string;
    readonly agent: string;
    readonly words: string;
    readonly entries: readonly MemoryRef[];
    readonly nBytes: number;
    readonly budgetBytes: number;
    readonly nLeftOut: number;
  };
}
