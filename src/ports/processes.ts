/** A process that is surely the same one: a pid alone is reused by the kernel. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Start time in the kernel's own unit (`/proc/<pid>/stat` field 22, or `ps -o lstart`), as text. */
  readonly startTime: string;
}

export interface ProgramSpec {
  /** Absolute path, or a name that is looked up on `searchPath`. No shell, ever. */
  readonly program: string;
  readonly args: readonly string[];
  readonly cwd?: string;
  /** The whole environment: nothing is inherited. */
  readonly env: Readonly<Record<string, string>>;
  readonly stdin?: string | Uint8Array;
  readonly timeoutMs: number;
  /** Output past this is dropped and `truncated` says so. Default 8 MiB. */
  readonly maxOutputBytes?: number;
  /**
   * Put into the child's environment as `ORCHESTRATE_MARK`, so that the next supervisor
   * finds the child when this one is killed. An attempt id or an instance id.
   */
  readonly mark?: string;
}

export interface ProgramResult {
  readonly exitCode: number | null;
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly timedOut: boolean;
  readonly truncated: boolean;
  readonly durationMs: number;
}

/** A program that somebody else ended: the person, another program, the kernel that had no memory left. */
export interface ProgramDeath {
  readonly mark: string;
  /** As it was given, without its arguments. */
  readonly program: string;
  readonly signal: string;
}

export interface ServiceSpec {
  readonly program: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** stdout and stderr are appended here. */
  readonly logPath: string;
  readonly mark: string;
  /** Folders that the process must see read-only, by a bind mount of its own. Only where `canBindReadOnly`. */
  readonly readOnly?: readonly string[];
  /** Most memory that the service and all that it starts may have, by a group of their own. Only where `canCapMemory` says so. */
  readonly memoryMaxBytes?: number;
}

/** Whether the memory of a service can be capped here; `why` not. */
export type MemoryCap = { readonly kind: 'possible' } | { readonly kind: 'none'; readonly why: string };

export interface FoundProcess extends ProcessIdentity {
  readonly mark: string;
  readonly argv: readonly string[];
}

/** A process that works below a folder. */
export interface InsideProcess {
  readonly pid: number;
  readonly argv: readonly string[];
  /** What of it lies there: its working directory, its program, or a file that it has open. */
  readonly by: 'cwd' | 'program' | 'file';
}

/**
 * Programs. They are started by a small helper process (a spawn's cost grows with the memory of
 * its parent), each in a process group of its own.
 * Faults: `PROCESS_FAILED` only when the program cannot be started at all (absent, not executable);
 * an exit status is a result, not a fault.
 */
export interface Processes {
  /** Runs to the end. On timeout or abort the whole process group gets SIGKILL. Children die with the helper. */
  run(spec: ProgramSpec, signal?: AbortSignal): Promise<ProgramResult>;
  /**
   * Programs run by this process with the mark that a signal ended which came from nobody here: neither a timeout nor an
   * abort. Oldest first, the newest 100 of all marks; forgotten with this process.
   */
  deaths(mark: string): readonly ProgramDeath[];
  /** Starts a service that outlives us: own session, output to a file. */
  start(spec: ServiceSpec): Promise<ProcessIdentity>;
  /** The process with that pid, or undefined when there is none. */
  identify(pid: number): Promise<ProcessIdentity | undefined>;
  isAlive(identity: ProcessIdentity): Promise<boolean>;
  /** Stopped by a signal (SIGSTOP, Ctrl-Z, a debugger): it lives, and does nothing. */
  isStopped(identity: ProcessIdentity): Promise<boolean>;
  /** SIGTERM to the group, SIGKILL after `graceMs`. Resolves when it is gone. Never touches another process with the same pid. */
  stop(identity: ProcessIdentity, options: { graceMs: number }): Promise<void>;
  /** Our user's processes whose environment carries a mark for which `matches` is true. */
  findMarked(matches: (mark: string) => boolean): Promise<readonly FoundProcess[]>;
  /**
   * Processes that work at or below the folder, as far as our user may see; undefined where the system does not tell
   * (no `/proc`). Our own process is not named.
   */
  inside(dir: string): Promise<readonly InsideProcess[] | undefined>;
  /** Whether `readOnly` binds hold on this machine: tried once by starting a program that tries to write. */
  canBindReadOnly(): Promise<boolean>;
  /** Whether a memory cap holds on this machine: tried once by putting a program into a group that has one. */
  canCapMemory(): Promise<MemoryCap>;
  /** Ends the helper. */
  close(): Promise<void>;
}
