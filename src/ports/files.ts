export type FileKind = 'file' | 'directory' | 'link' | 'other';

export interface FileInfo {
  readonly kind: FileKind;
  readonly sizeBytes: number;
  readonly mode: number;
  readonly mtimeMs: number;
}

/**
 * Plain files. Paths are absolute. A path that is absent gives `undefined`, never a throw;
 * everything else that goes wrong is a Fault: `DISK_FULL` (ENOSPC, EDQUOT) or `FILE_ACCESS`.
 */
export interface Files {
  readText(path: string): Promise<string | undefined>;
  readBytes(path: string): Promise<Uint8Array | undefined>;
  /** At most `maxBytes` from `offset` of a plain file that may grow. Does not follow a link at the end of the path. */
  readPart(path: string, options: { offset: number; maxBytes: number }): Promise<FilePart | undefined>;
  /**
   * Moves what a file holds that another program appends to into a file at `to` (0600, replaced, synced), and empties it: it stays the same
   * file, and its writer goes on. What is written between the last look and the cut, some microseconds, is lost; what fails or is killed
   * before the cut leaves it as it was. Returns the bytes that were moved; undefined where it is absent.
   */
  cutOff(path: string, to: string): Promise<number | undefined>;
  /** Replaces the file whole (temporary file, fsync, rename, fsync of the folder). A repeat is safe. */
  writeAtomic(path: string, data: string | Uint8Array, options?: { mode?: number }): Promise<void>;
  /** Does not follow a link at the end of the path. */
  info(path: string): Promise<FileInfo | undefined>;
  /** Names in a folder, sorted; `[]` when it is absent. */
  list(dir: string): Promise<readonly string[]>;
  /** Creates the folder and its parents. A repeat is safe. */
  ensureDir(dir: string, options?: { mode?: number }): Promise<void>;
  /** Moves within one file system, then fsyncs both folders. */
  rename(from: string, to: string): Promise<void>;
  /**
   * Moves within one file system to a path at which nothing is, and never replaces anything: `taken` when something is
   * there. Then fsyncs both folders.
   */
  moveNew(from: string, to: string): Promise<'moved' | 'taken'>;
  /** Creates a symbolic link, replacing a link that is there; a file that is there is a Fault. */
  link(path: string, target: string): Promise<void>;
  readLink(path: string): Promise<string | undefined>;
  /** Removes the path and all below it. Never follows links. A repeat is safe. */
  remove(path: string): Promise<void>;
  /**
   * Copies a folder tree: reflinks where the file system can, else bytes; links stay links. Never hard links. With `synced`
   * all of it is on the disk when this returns, for what may be the only copy; else a power failure can take it.
   */
  copyTree(from: string, to: string, options?: { synced?: boolean }): Promise<void>;
  /** The path with all links resolved, or undefined when it is absent. */
  realPath(path: string): Promise<string | undefined>;
  /** Bytes free for us on the file system of the path (nearest existing parent). */
  freeBytes(path: string): Promise<number>;
  /** Sum of the sizes of all files below, not following links; 0 when absent. */
  sizeBytes(path: string): Promise<number>;
  /** Makes every file and folder below read-only (`a-w`) or writable by the owner again. */
  setReadOnly(path: string, readOnly: boolean): Promise<void>;
  /** Counts what lies below a folder by its entries alone, reading no file and following no link; see `FolderTally`. */
  tally(dir: string, options: { maxEntries: number }): Promise<FolderTally>;
  /** SHA-256 over every file below (path, mode bits, size, content), links as text; a manifest and its digest. */
  manifest(dir: string, options?: { skip?: (relativePath: string) => boolean }): Promise<FileManifest>;
}

export interface FilePart {
  readonly bytes: Uint8Array;
  readonly sizeBytes: number;
  /** Another one at the same path: the file was replaced. */
  readonly fileId: string;
}

export interface FileManifest {
  readonly digest: string;
  readonly nFiles: number;
  readonly sizeBytes: number;
  /** One line per file, sorted by path: `<sha256 or ->link target> <mode> <path>`. */
  readonly lines: readonly string[];
}

/** A folder as its entries tell it. Absent: no files, no digests that any folder with files has. */
export interface FolderTally {
  readonly nFiles: number;
  readonly sizeBytes: number;
  /** Newest time of change of a file; 0 without files. */
  readonly newestMs: number;
  /** SHA-256 over names, sizes and times of change: a copy that keeps them has the same. */
  readonly digest: string;
  /** As `digest`, with everything else that moves when a file could have changed: change time, inode, mode. */
  readonly statDigest: string;
  /** There is more than `maxEntries`: what lies beyond is not counted. */
  readonly isCut: boolean;
}
