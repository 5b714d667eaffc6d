/** A wheel that an index offers. */
export interface OfferedFile {
  /** `torch-2.8.0+cu128-cp312-cp312-manylinux_2_28_x86_64.whl` */
  readonly file: string;
  /** Absolute address without its fragment; `file://` for a folder of wheels. */
  readonly url: string;
  /** Lower-case hex as the index tells it, or null. */
  readonly sha256: string | null;
  readonly sizeBytes: number | null;
  /** When it was published; null where the index does not tell. */
  readonly uploadedAtMs: number | null;
  /** Why the publisher has withdrawn it (may be empty), or null when it is not. */
  readonly yanked: string | null;
  /** `>=3.10`, or null. */
  readonly requiresPython: string | null;
}

/** A version of a package that an index offers, with all of its wheels. */
export interface Offer {
  readonly version: string;
  readonly files: readonly OfferedFile[];
}
