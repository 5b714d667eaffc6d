import type { FoundProcess, InsideProcess } from '../../ports/processes.ts';

/** What the kernel says about one living process. A zombie is not one. */
export interface ProcessRow {
  readonly pid: number;
  readonly parentId: number;
  readonly groupId: number;
  readonly startTime: string;
  readonly isStopped: boolean;
}

/** The kernel's list of processes. Every look is fresh; a process that goes away meanwhile is left out. */
export interface ProcessTable {
  find(pid: number): Promise<ProcessRow | undefined>;
  /** Living processes of a process group. */
  group(groupId: number): Promise<readonly ProcessRow[]>;
  /** Our user's processes that carry a mark. Of their environments nothing but the mark is kept. */
  marked(): Promise<readonly FoundProcess[]>;
  /** Processes with something of theirs below the folder, ours left out; undefined where it cannot be told. */
  inside(dir: string): Promise<readonly InsideProcess[] | undefined>;
}

/** The variable that carries the mark of a program through its descendants. */
export const markVariable = 'ORCHESTRATE_MARK';
