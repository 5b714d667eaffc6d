/** Time. Nothing below the adapters asks the machine for the time in any other way. */
export interface Clock {
  /** Wall-clock time in milliseconds since 1970, for records and due times. */
  nowMs(): number;
  /** Milliseconds of a clock that never jumps, for durations. It counts from the start of the machine, the same in all its processes. */
  monotonicMs(): number;
  /** Names the start of the machine that `monotonicMs` counts from; empty where the system names none, and all starts count as one. */
  bootName(): string;
  /** Resolves after the time, or at once with `false` when the signal aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<boolean>;
}

/** Randomness for names that must not collide. Never decides what a run does. */
export interface Random {
  /** Returns `nBytes` random bytes as lower-case hex digits. */
  hex(nBytes: number): string;
}

/** Digests. Synchronous and deterministic. */
export interface Digest {
  /** Returns the SHA-256 of the bytes, or of the text as UTF-8, as lower-case hex digits. */
  sha256(data: string | Uint8Array): string;
}

/** Logging for whoever repairs the tool. The journal is the truth; a log is a convenience. */
export interface Log {
  info(message: string, data?: Readonly<Record<string, unknown>>): void;
  warn(message: string, data?: Readonly<Record<string, unknown>>): void;
  error(message: string, data?: Readonly<Record<string, unknown>>): void;
}

/** What the machine and the person's environment are. Read once at start. */
export interface Host {
  readonly platform: 'linux' | 'darwin' | 'win32';
  readonly arch: string;
  /** The supervisor's own process. */
  readonly pid: number;
  readonly userName: string;
  /** IANA name of the machine's time zone, e.g. `Europe/Zurich`. */
  readonly timeZone: string;
  /**
   * The mark of the program of ours that this process descends from, `<installation>/<attempt or instance>`, or null: whatever
   * such a program types is not typed by a person.
   */
  readonly startedBy: string | null;
  /** Socket of the person's ssh-agent, or null. */
  readonly sshAgent: string | null;
  /** Absolute folders of the person's PATH, in order: where git and python are looked up. */
  readonly searchPath: readonly string[];
  /**
   * What a program needs to reach the person's session, and nothing else of their environment: `HOME`, `USER`, `LOGNAME`, `LANG`,
   * `XDG_RUNTIME_DIR`, `DBUS_SESSION_BUS_ADDRESS` (`systemctl --user`), those that are set.
   */
  readonly session: Readonly<Record<string, string>>;
  /** `$XDG_STATE_HOME` or its default, absolute. */
  readonly stateHome: string;
  /** `$XDG_CONFIG_HOME` or its default, absolute. */
  readonly configHome: string;
  /** The person's own folder, absolute: what `~` stands for. */
  readonly homeDir: string;
  /** `$XDG_CACHE_HOME` or its default, absolute: where pip keeps wheels that it built. */
  readonly cacheHome: string;
  /** Folder for what is thrown away at once, absolute. */
  readonly tempDir: string;
  /** Where the built-in `agents/ trees/ playbooks/ memory/ templates/` lie, absolute. */
  readonly builtInDir: string;
  readonly version: string;
  /** Memory that a new process can have now, in bytes: what the machine, or the limit that this process lives under, leaves. */
  availableMemoryBytes(): number;
}
