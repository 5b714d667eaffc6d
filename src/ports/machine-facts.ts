/** Room on the disk that holds a folder, in bytes. */
export interface DiskRoom {
  readonly path: string;
  readonly totalBytes: number;
  readonly freeBytes: number;
}

/** What the machine says of itself and of a process. Reads only; what it cannot tell is null. */
export interface MachineFacts {
  /** Undefined where nothing is at the path; `silent` where its disk does not answer within seconds, as one on the network that went away. */
  disk(path: string): Promise<DiskRoom | 'silent' | undefined>;
  memory(): Promise<{
    readonly totalBytes: number;
    readonly availableBytes: number;
    readonly swapUsedBytes: number | null;
  }>;
  /** Load of the last minute, and how many processors there are. */
  load(): Promise<{ readonly oneMinute: number; readonly processors: number }>;
  /** Resident bytes, processor milliseconds since its start, open files, and `D` for one that the kernel holds. Undefined: it is gone. */
  process(pid: number): Promise<
    | {
        readonly residentBytes: number;
        readonly cpuMs: number;
        readonly openFiles: number | null;
        readonly state: string | null;
      }
    | undefined
  >;
}
