import type { Files } from '../../ports/files.ts';
import type { Processes } from '../../ports/processes.ts';
import type { Clock, Digest, Log } from '../../ports/system.ts';

/** How the person's network is reached; never taken from the environment by itself. */
export interface NetworkSettings {
  /** `http://host:port` */
  readonly proxy?: string;
  /** Absolute path of a PEM file that replaces pip's own list of authorities. */
  readonly certificateFile?: string;
}

/** What every part of this adapter works with. */
export interface Parts {
  readonly processes: Processes;
  readonly files: Files;
  readonly clock: Clock;
  readonly digest: Digest;
  /** Folders in which interpreters are looked for, and the PATH of every child. */
  readonly searchPath: readonly string[];
  readonly network: NetworkSettings;
  readonly log: Log | undefined;
}
