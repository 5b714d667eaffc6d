import type { JsonObject } from '../base/json.ts';
import type { Severity } from '../domain/diagnosis/finding.ts';
import type { MayRestart, ServiceState } from '../domain/services/may-restart.ts';
import type { Moves } from '../domain/services/moves.ts';
import type { Hang } from '../domain/services/stillness.ts';
import type { Sign } from '../domain/services/suspect.ts';

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
  /** Who holds memory of a card, production left out: as the driver tells. */
  readonly holders: readonly { readonly pid: number; readonly name: string; readonly memoryBytes: number | null }[];
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
  /** Reads only: what runs as the server has it, its graph included. Nothing where it does not answer. */
  running(): Promise<readonly JsonObject[]>;
  /** Reads only. Its log is read from the end, 4 MB at most. */
  diagnose(options: { readonly watchMs: number }): Promise<ServiceDiagnosis>;
  /** Writes files of evidence into the run's own folder outside of home, mode 0600; written anew where a kill came between. Fault: `DISK_FULL`. */
  keep(files: Readonly<Record<string, string>>): Promise<readonly KeptFile[]>;
  /** Asks the server to take its models out of memory; one that does not answer frees nothing. */
  free(): Promise<Freed>;
  /** Stops exactly this prompt and waits until it has ended. Of a server that does not answer nobody says that it has. */
  cancel(options: { readonly prompt: string; readonly waitMs: number }): Promise<{ readonly ended: boolean }>;
  /**
   * Stops production, its prompts saved, and starts it from the branch. Production that its own log says must not be started stays as it is.
   * Faults: `SERVICE_RESTART_REFUSED`, `SERVICE_NOT_OURS`, and those of a start that fails.
   */
  restart(): Promise<{ readonly was: string | null; readonly now: string; readonly nSaved: number }>;
  /** Removes what a rule names: logs of ended instances and temporary pictures that are older. Never models, outputs, restore points. */
  trim(options: { readonly olderMs: number }): Promise<Trimmed>;
  /** Reads only. */
  suspect(): Promise<SuspectMerge>;
  /** Runs one workflow of the person on production; its picture stays. Fault: `SERVICE_NOT_RUNNING`. */
  draw(): Promise<Drawn>;
  /** Reads only, by names. */
  findModels(names: readonly string[]): Promise<readonly FoundModel[]>;
  /**
   * Takes the merge of this restore point back by a run of its own, once per attempt; where it is not the newest any more that run fails
   * with `CHANGE_MOVED`. Fault `REVIEW_SELF` where no person said yes to the step or the run.
   */
  undo(options: { readonly point: string }): Promise<{ readonly run: string; readonly state: string }>;
}

/** The merge that an undo would take back, and the alerts of kinds that there were not before it. */
export interface SuspectMerge {
  /** Restore point at it; null: there is none, or an undo is `blocked`. */
  readonly point: string | null;
  readonly title: string | null;
  readonly mergedAtMs: number | null;
  /** What it moved, `torch 2.10.0 → 2.11.0`. */
  readonly moves: readonly string[];
  readonly began: readonly Sign[];
  readonly backTo: string | null;
  readonly blocked: string | null;
}

export interface Drawn {
  /** Null: there is none. */
  readonly workflow: string | null;
  readonly durationMs: number;
  readonly nPictures: number;
  readonly failure: string | null;
}

export interface FoundModel {
  readonly name: string;
  /** Below the folder of models; null: it is not there. */
  readonly here: string | null;
  readonly like: readonly string[];
}

export interface Freed {
  readonly device: string | null;
  readonly freeBefore: number;
  readonly freeAfter: number;
  /** 0: it does not tell. */
  readonly totalBytes: number;
}

export interface Trimmed {
  readonly nLogs: number;
  readonly nTemporary: number;
  readonly bytes: number;
  readonly freeBytes: number;
  /** What only a person clears. */
  readonly trashBytes: number;
}
