import type {
  MemoryEntry,
  MemoryKind,
  MemoryProblem,
  MemoryRef,
  MemoryVersion,
  NewMemory,
} from '../domain/memory/entry.ts';

export interface MemoryQuery {
  /** Words; all of them have to be there, unless `any`. No pattern language: nothing in it can run long. */
  readonly words: string;
  readonly any?: boolean;
  /** Keys below it: `swarm/env-setup`. */
  readonly prefix?: string;
  readonly kinds?: readonly MemoryKind[];
  /** Refuted and expired ones are left out unless this is set. */
  readonly withOld?: boolean;
  /** Default 20; at most 1,000. */
  readonly limit?: number;
}

export interface MemoryHit {
  readonly version: MemoryVersion;
  /** Greater is better; comparable within one answer only. */
  readonly score: number;
  /** A few words around the first match. */
  readonly excerpt: string;
}

export interface MemoryList {
  readonly prefix?: string;
  readonly kinds?: readonly MemoryKind[];
  readonly withOld?: boolean;
  /** Also those that were taken away. */
  readonly withRemoved?: boolean;
  readonly afterKey?: string;
  /** Default 1,000. */
  readonly limit?: number;
}

/**
 * What agents know: plain files below the memory folder, whose paths are the keys, with versions and provenance beside them in the
 * state folder, and an index that can be made again from both. Several processes may write at once; each write is whole or not at all,
 * and none is lost: the versions are a line. An interrupted one is finished or forgotten by whoever comes next.
 * Faults: `MEMORY_KEY_INVALID`, `MEMORY_CONTENT_INVALID`, `MEMORY_NOT_FOUND`, `MEMORY_MOVED`, `MEMORY_BLOCKED` (a link, pipe or folder is
 * in the way), `MEMORY_UNAVAILABLE`, `DISK_FULL`.
 */
export interface Memory {
  /** Takes up what was edited, added or removed by hand since the last look. What is no entry is told, and left alone. */
  sync(): Promise<{ readonly noticed: readonly MemoryVersion[]; readonly problems: readonly MemoryProblem[] }>;
  put(entry: NewMemory): Promise<MemoryVersion>;
  /**
   * The newest version, or the one asked for; an edit by hand of this entry is taken up first. What was taken away is found by its
   * version only. A text that is no key names nothing.
   */
  get(key: string, version?: number): Promise<MemoryEntry | undefined>;
  /** Newest versions, sorted by key; as the last look found them. */
  list(options?: MemoryList): readonly MemoryVersion[];
  /** Best first. A phrase that hundreds of entries have counts in the newest of them, and in the newest keys that have it. */
  search(query: MemoryQuery): readonly MemoryHit[];
  /** All versions, newest first. */
  history(key: string): readonly MemoryVersion[];
  /** Takes the file away; its versions stay. False when it is not there. */
  remove(options: {
    readonly key: string;
    readonly ifVersion: number;
    readonly by: NewMemory['by'];
    readonly reason: string;
  }): Promise<boolean>;
  /**
   * Drops old versions for good, and returns those that went; their numbers are not given again. What is the newest one of its entry,
   * was refuted, refutes or was copied stays, whoever asks. A repeat drops nothing more.
   */
  drop(
    refs: readonly MemoryRef[],
    why: { readonly by: NewMemory['by']; readonly reason: string },
  ): Promise<readonly MemoryRef[]>;
  /**
   * Versions of any entry written after this number, in the order in which they were written: for whoever keeps a record of them. One
   * that was refuted or taken away comes again, under a new number.
   */
  since(sequence: number, limit: number): readonly { readonly sequence: number; readonly version: MemoryVersion }[];
  /** Compares files, versions and index; changes nothing. */
  verify(): Promise<readonly MemoryProblem[]>;
  /** Makes the index anew from files and versions. A repeat is safe. */
  rebuild(): Promise<{ readonly nEntries: number }>;
  close(): Promise<void>;
}
