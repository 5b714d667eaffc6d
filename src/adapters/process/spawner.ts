/** How a program ended, with its output as bytes. */
export interface RawResult {
  readonly exitCode: number | null;
  readonly signal: string | null;
  readonly stdout: Buffer;
  readonly stderr: Buffer;
  readonly timedOut: boolean;
  readonly truncated: boolean;
  readonly durationMs: number;
}

export interface RawSpec {
  readonly program: string;
  readonly args: readonly string[];
  readonly cwd?: string;
  /** The whole environment: nothing is inherited. */
  readonly env: Readonly<Record<string, string>>;
  readonly stdin?: string | Uint8Array;
  readonly timeoutMs: number;
  readonly maxOutputBytes?: number;
}

/** A program that stays and answers on its pipes, such as `git cat-file --batch-command`. */
export interface OpenProgram {
  write(data: string | Uint8Array): void;
  onData(listener: (chunk: Buffer) => void): void;
  /** Called once when it has ended, with what it wrote to stderr. */
  onEnd(listener: (end: { exitCode: number | null; signal: string | null; stderr: string }) => void): void;
  /** Closes its stdin, SIGKILL after a second. */
  close(): Promise<void>;
}

export interface DetachedSpec {
  readonly program: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly logPath: string;
}

/**
 * Starts programs. Two implementations: in this process (short commands) and through a small
 * helper process (the supervisor), because a spawn's cost grows with the memory of its parent.
 * A program that cannot be started rejects with an Error whose `code` is `ENOENT`, `EACCES` ….
 */
export interface Spawner {
  run(spec: RawSpec, signal?: AbortSignal): Promise<RawResult>;
  open(spec: Omit<RawSpec, 'stdin' | 'timeoutMs' | 'maxOutputBytes'>): Promise<OpenProgram>;
  /** Own session, output appended to the log file, outlives us. Returns the pid. */
  startDetached(spec: DetachedSpec): Promise<number>;
  close(): Promise<void>;
}
