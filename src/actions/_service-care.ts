import type { Severity } from '../domain/diagnosis/finding.ts';
import type { MayRestart, ServiceState } from '../domain/services/may-restart.ts';
import type { Moves } from '../domain/services/moves.ts';
import type { Hang } from '../domain/services/stillness.ts';

/** Production as it is found, over a while where one was asked for. */
export interface ServiceSeen {
  readonly instance: string | null;
  readonly port: number | null;
  /** `silent`: its process lives, or nobody knows, and it does not answer. `stopped`: none is to run. */
  readonly state: ServiceState;
  /** Milliseconds until it answered. */
  readonly latencyMs: number | null;
  readonly queue: { readonly running: number; readonly pending: number } | null;
  /** The prompt that runs; null: none, or it does not tell. */
  readonly prompt: string | null;
  readonly moves: Moves;
  /** Why it is said not to get on. */
  readonly hang: Pick<Hang, 'cause' | 'stillMs'> | null;
  /** Somebody here starts and stops it. */
  readonly isOurs: boolean;
  readonly process: {
    readonly pid: number;
    readonly residentBytes: number;
    readonly cpuMs: number;
    readonly openFiles: number | null;
    /** `D`: the kernel holds it, and no signal ends it. */
    readonly state: string | null;
  } | null;
  /** Who listens on its port; null: nobody, or no port is known. */
  readonly listener: string | null;
  readonly devices: readonly { readonly name: string; readonly memoryBytes: number; readonly freeBytes: number }[];
  readonly disks: readonly {
    readonly name: string;
    readonly path: string;
    readonly freeBytes: number;
    readonly totalBytes: number;
    readonly level: 'good' | 'warning' | 'critical';
  }[];
  readonly memory: { readonly totalBytes: number; readonly availableBytes: number };
  /** What the driver says of the cards, one sentence. */
  readonly graphics: string;
}

/** What the log and the tests say, most urgent roots first. Data: what comes from the log is quoted, without what looks like a secret. */
export interface ServiceFinding {
  readonly signature: string;
  readonly name: string;
  readonly severity: Severity;
  readonly sentence: string;
  readonly culprit: string | null;
  readonly times: number;
  readonly because: string | null;
  readonly isOver: boolean;
  /** Who may mend it, and how. */
  readonly how: 'automatic' | 'approval' | 'never';
  readonly mend: string;
  readonly line: number | null;
  readonly text: string;
  /** What tests of it came to, one sentence each. */
  readonly tested: readonly string[];
}

export interface ServiceDiagnosis {
  readonly seen: ServiceSeen;
  readonly source: 'file' | 'server' | 'none';
  readonly nLines: number;
  readonly findings: readonly ServiceFinding[];
  readonly restart: MayRestart;
}

/** A file of evidence, outside of home. */
export interface KeptFile {
  readonly path: string;
  readonly sizeBytes: number;
  readonly sha256: string;
}

/** What an agent may do with production. Each act is an effect on record; a repeat in the same attempt does nothing twice. */
export interface ServiceCare {
  /** Reads only. */
  see(options: { readonly watchMs: number }): Promise<ServiceSeen>;
  /** Reads only. Its log is read from the end, 4 MB at most. */
  diagnose(options: { readonly watchMs: number }): Promise<ServiceDiagnosis>;
  /** Writes files of evidence into the run's own folder outside of home, mode 0600; written anew by a repeat. Fault: `DISK_FULL`. */
  keep(files: Readonly<Record<string, string>>): Promise<readonly KeptFile[]>;
  /** Asks the server to take its models out of memory. Fault: `SERVICE_NOT_RUNNING`. */
  free(): Promise<{ readonly device: string | null; readonly freeBefore: number; readonly freeAfter: number }>;
  /** Stops exactly this prompt and waits until it has ended. Faults: `SERVICE_NOT_RUNNING`. */
  cancel(options: { readonly prompt: string; readonly waitMs: number }): Promise<{ readonly ended: boolean }>;
  /**
   * Stops production, its prompts saved, and starts it from the branch. Production that its own log says must not be started stays as it is.
   * Faults: `SERVICE_RESTART_REFUSED`, `SERVICE_NOT_OURS`, and those of a start that fails.
   */
  restart(): Promise<{ readonly was: string | null; readonly now: string; readonly nSaved: number }>;
  /** Removes what a rule names: logs of ended instances and temporary pictures that are older. Never models, outputs, restore points. */
  trim(options: { readonly olderMs: number }): Promise<Trimmed>;
}

export interface Trimmed {
  readonly nLogs: number;
  readonly nTemporary: number;
  readonly bytes: number;
  readonly freeBytes: number;
  /** What only a person clears. */
  readonly trashBytes: number;
}
