/** A component of the adopted folder as it lies there. */
export interface ComponentState {
  /** `.` or `custom_nodes/<name>`; of a disabled pack the place where it was. */
  readonly path: string;
  readonly state: 'in use' | 'disabled' | 'refused';
  /** Where a disabled pack lies now, relative to ComfyUI; else the path. */
  readonly place: string;
  /** Its files in the trusted store; null when they cannot be taken. */
  readonly tree: string | null;
  /** Why they cannot: `is a link`, `x.pipe: fifo`. */
  readonly reason: string | null;
  readonly source: string;
  readonly commit: string | null;
  /** `.tracking` lies in it: a registry install of ComfyUI-Manager. */
  readonly isTracked: boolean;
  /** Version in its `pyproject.toml`, where it says one. */
  readonly version: string | null;
}

/** A folder counted, not read. */
export interface FolderCount {
  readonly nFiles: number;
  readonly sizeBytes: number;
  /** Stands for names, sizes and times. */
  readonly digest: string;
  readonly newestMs: number;
}

/** The adopted ComfyUI folder. */
export interface AdoptedState {
  readonly dir: string;
  readonly components: readonly ComponentState[];
  /** `extra_model_paths.yaml` there; null when it has none. */
  readonly modelPaths: string | null;
  /** Folders below `models/`, by name. */
  readonly models: Readonly<Record<string, FolderCount>>;
  /** ComfyUI-Manager's own files, path to time of change: hints, never a difference. */
  readonly managerFiles: Readonly<Record<string, number>>;
}

/** A borrowed environment: as it was recorded, or as it lies there. */
export interface BorrowedState {
  readonly program: string;
  readonly fingerprint: string;
  readonly packages: readonly {
    readonly name: string;
    readonly version: string;
    /** Stands for its files. */
    readonly mark: string;
    /** Who says it put them there; a record does not know. */
    readonly installer?: string | null;
  }[];
}

/** What is watched, as it was at one time. */
export interface OutsideState {
  readonly version: 1;
  readonly atMs: number;
  readonly adopted: AdoptedState | null;
}
