import type { JsonObject } from '../base/json.ts';

/** A part of a bundle as its signed list names it. */
export interface BundleEntry {
  /** `trees/<id>`, `blobs/<id>`, `wheels/<sha256>` or `evidence.jsonl`. */
  readonly path: string;
  readonly sizeBytes: number;
  /** Lower-case hex. */
  readonly sha256: string;
}

/** A part that is to be written. Its content is asked for when its turn comes, and has to be what the entry says. */
export interface BundlePart extends BundleEntry {
  /** Bytes, or the absolute path of a file. */
  content(): Promise<Uint8Array | string>;
}

/** What is known of a bundle once its signature holds. */
export interface BundleHead {
  /** 32 hex digits that stand for the key that signed it. */
  readonly fingerprint: string;
  /** SHA-256 of what was signed: with the list of parts in it, it stands for the whole bundle. */
  readonly digest: string;
  /** What was signed beside the list of parts. */
  readonly body: JsonObject;
  readonly entries: readonly BundleEntry[];
  readonly sizeBytes: number;
}

/** A part whose hash was checked: its bytes, or the file that it was saved as. */
export type CheckedPart =
  | { readonly entry: BundleEntry; readonly bytes: Uint8Array }
  | { readonly entry: BundleEntry; readonly file: string };

export interface ScanOptions {
  /** What is wanted of a part; the hash of every part is checked in any case. Default: `nothing`. */
  readonly want?: (entry: BundleEntry) => 'nothing' | 'bytes' | 'file';
  /** Existing folder in which wanted files are saved, under their hash. */
  readonly saveDir?: string;
  /** Called with a wanted part once its hash was checked, in the order of the bundle. */
  readonly take?: (part: CheckedPart) => Promise<void>;
  readonly signal?: AbortSignal;
}

/**
 * Bundles: one signed file that carries an installation to another machine. A tar archive (ustar) whose first member is
 * the signed list of all others; read strictly: whatever is not exactly what the list says is refused.
 * Faults: `BUNDLE_INVALID` with the place, `DISK_FULL`, `FILE_ACCESS`.
 */
export interface Bundles {
  /** Fingerprint of the key in the file; undefined while there is none. */
  findSigner(keyFile: string): Promise<string | undefined>;
  /** The same, made (mode 0600) when there is none. A repeat is safe. */
  ensureSigner(keyFile: string): Promise<string>;
  /**
   * Writes a bundle, whole or not at all; a file that is there already is never replaced. What an interrupted one left
   * beside it is removed by the next.
   */
  write(options: {
    readonly file: string;
    readonly keyFile: string;
    readonly body: JsonObject;
    readonly parts: readonly BundlePart[];
    readonly signal?: AbortSignal;
  }): Promise<BundleHead>;
  /** Reads the whole bundle once, from the first byte to the last. */
  scan(file: string, options?: ScanOptions): Promise<BundleHead>;
}
