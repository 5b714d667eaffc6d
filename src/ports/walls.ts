import type { ProcessIdentity } from './processes.ts';

/** `L3` a container or machine, `L2` bubblewrap, `L1` files and ports only, `L0` none. */
export type WallLevel = 'L0' | 'L1' | 'L2' | 'L3';

/** One forbidden act that was tried inside, judged by what the host saw. */
export interface ProbedAct {
  /** `write-outside`, `read-secret`, `connect-out`, `connect-loopback`, `see-processes`, `nest-namespace`, `write-git`, `signal-parent`. */
  readonly act: string;
  readonly held: boolean;
  readonly seen: string;
}

export interface WallProbe {
  readonly level: WallLevel;
  /** Empty where no wall is there. */
  readonly acts: readonly ProbedAct[];
  /** `bubblewrap 0.8.0 at /usr/bin/bwrap`, or why there is none. */
  readonly by: string;
}

/** What a program inside a wall sees and may do. Paths are absolute; whatever is not named is not there. */
export interface WallSpec {
  readonly program: string;
  readonly args: readonly string[];
  /** The whole environment. */
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  /** Folders that it may write, at their own paths. */
  readonly writable: readonly string[];
  /** Files and folders that it may read, at their own paths, beside `/usr` and the like. */
  readonly readable: readonly string[];
  /** Paths below a writable folder that stay as they are: made first where they are not there. */
  readonly protected: readonly string[];
  /** Files and folders that lie over others inside, read-only: what is at `at`, which has to be there, is not seen. `/dev/null` hides a file. */
  readonly covers?: readonly { readonly from: string; readonly at: string }[];
  /** Files of its HOME, which is empty and gone at the end; `keep` are written back to the host's file when they changed (a refreshed login). */
  readonly home: readonly {
    readonly path: string;
    readonly text?: string;
    readonly from?: string;
    readonly mode?: number;
    readonly keep?: true;
  }[];
  /** Hosts (`api.anthropic.com`) that it may reach by https through our proxy; empty: no network at all. */
  readonly egress: readonly string[];
  /** Loopback ports of this machine that the proxy lets through (a model server of the person's own); empty: none. */
  readonly loopback: readonly number[];
  /** Sockets of the host that it sees: `/run/orchestrate.sock`. */
  readonly sockets: readonly { readonly from: string; readonly at: string }[];
  readonly limits: WallLimits;
  /** As for `Processes`. */
  readonly mark: string;
}

export interface WallLimits {
  readonly memoryBytes: number;
  readonly processes: number;
  readonly wallMs: number;
  /** Bytes of output past which it is stopped. */
  readonly outputBytes: number;
  /** Bytes of /tmp and HOME together. */
  readonly temporaryBytes: number;
}

export interface WallExit {
  readonly exitCode: number | null;
  readonly signal: string | null;
  /** Which limit ended it, or null. */
  readonly limit: 'time' | 'output' | 'memory' | 'processes' | 'disk' | null;
}

/** A program inside, while it runs. */
export interface WalledProgram {
  readonly identity: ProcessIdentity;
  readonly stdout: AsyncIterable<Uint8Array>;
  readonly stderr: AsyncIterable<Uint8Array>;
  write(data: string | Uint8Array): Promise<void>;
  endInput(): void;
  readonly exited: Promise<WallExit>;
  /** Ends it and everything that it started; resolves when nothing of it is left. */
  stop(options: { readonly graceMs: number }): Promise<void>;
}

/** One decision of the egress proxy. */
export interface EgressDecision {
  readonly host: string;
  readonly allowed: boolean;
  readonly why: string;
}

/**
 * Walls around programs that a model drives. Faults: `WALL_MISSING` when there is none of level L2, `WALL_BROKEN` when the probe
 * inside shows that it does not hold: the program is not started then.
 */
export interface Walls {
  /** Tries the wall by eight forbidden acts; `fresh` asks again, else the answer of the same kernel and program is reused for this process. */
  probe(options?: { readonly fresh?: boolean }): Promise<WallProbe>;
  open(
    spec: WallSpec,
    options: {
      readonly signal: AbortSignal;
      /** Told per run by a person: without a wall it starts all the same. */
      readonly unwalled?: true;
      readonly onEgress?: (decision: EgressDecision) => void;
    },
  ): Promise<WalledProgram>;
}
