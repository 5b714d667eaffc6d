import type { EnvironmentId } from '../base/ids.ts';
import type { Offer } from '../domain/environments/offer.ts';
import type { TorchAnswer, UnmetNeed } from '../domain/environments/torch-checks.ts';

export type { Offer, OfferedFile } from '../domain/environments/offer.ts';

export interface PythonFacts {
  /** Absolute path of the interpreter, links resolved. */
  readonly program: string;
  readonly version: string;
  /** `cp311` and so on. */
  readonly abi: string;
  /** `linux-x86_64` and so on (`sysconfig.get_platform()`). */
  readonly platform: string;
  readonly pipVersion: string;
  /** Who chooses versions when uv does; absent: pip. `missing`: the person wants uv, and there is none. */
  readonly uv?: { readonly program: string; readonly args: readonly string[]; readonly version: string } | 'missing';
}

/** A Python of the search path. */
export interface FoundInterpreter {
  /** Its name there, `python3.12`: `probe` finds it by that. */
  readonly name: string;
  /** Absolute path, links resolved. */
  readonly program: string;
  readonly version: string;
  /** `cp312` */
  readonly abi: string;
  /** Why no environment can be made with it, or null. */
  readonly problem: string | null;
}

/** Where packages come from. Exactly one source; ambient pip configuration is never read. */
export type PackageIndex =
  | { readonly kind: 'url'; readonly url: string }
  /** A folder of wheels (`--find-links`). */
  | { readonly kind: 'folder'; readonly path: string };

export interface LockedPackage {
  /** Normalised (PEP 503): lower case, runs of `-_.` become `-`. */
  readonly name: string;
  readonly version: string;
  /** Lower-case hex, as in the lock; at least one. */
  readonly sha256: readonly string[];
  /** File name of the wheel that was chosen. */
  readonly file: string;
  readonly sizeBytes: number | null;
  /** Name of the index that it comes from and no other, `torch/cu128`; absent: the index of everything else. */
  readonly index?: string;
}

/** A wheel that is settled, from an index of its own, with what its metadata tells. */
export interface TakenPackage {
  readonly locked: LockedPackage;
  /** Lines of `Requires-Dist`. */
  readonly needs: readonly string[];
  readonly requiresPython: string | null;
  readonly extras: readonly string[];
}

export type Taking =
  | { readonly kind: 'taken'; readonly packages: readonly TakenPackage[] }
  | { readonly kind: 'impossible'; readonly reason: string };

export type Resolution =
  | {
      readonly kind: 'resolved';
      readonly packages: readonly LockedPackage[];
      /** What each package needs, as its own metadata has it (with markers); absent where the resolver does not tell. */
      readonly needs?: Readonly<Record<string, readonly string[]>>;
    }
  /** `reason` is one sentence naming the two requirements that fight, or the one that nothing meets. */
  | {
      readonly kind: 'impossible';
      readonly code: 'PACKAGE_NOT_FOUND' | 'PACKAGE_CONFLICT';
      readonly reason: string;
      readonly log: string;
      /** The two requirements that fight, where the resolver names them; `by` is null for one that was asked for by the caller. */
      readonly fight?: readonly Claim[];
    };

/** A requirement and the package that has it: `torchvision 0.23.0` needs `torch==2.8.0`. */
export interface Claim {
  readonly by: string | null;
  readonly requirement: string;
}

export interface BuildRequest {
  readonly id: EnvironmentId;
  /** Final absolute path; it is never moved afterwards. */
  readonly dir: string;
  readonly lockText: string;
  readonly packages: readonly LockedPackage[];
  /** Folder that keeps every wheel as `<sha256>/<file>`; filled by the build, used before the index. */
  readonly wheelsDir: string;
  /** Absent when there is no network or none may be used: only kept wheels serve. */
  readonly index?: PackageIndex;
  /** Indexes by the name that a package of the lock gives. A package is fetched from its own one only. */
  readonly namedIndexes?: Readonly<Record<string, PackageIndex>>;
  readonly mark: string;
}

export interface BuiltEnvironment {
  /** Absolute path of `<dir>/bin/python` (not resolved further: a venv is found by its own path). */
  readonly python: string;
  readonly manifestDigest: string;
  readonly nFiles: number;
  readonly sizeBytes: number;
  readonly downloadedBytes: number;
  readonly fromKeptWheels: number;
}

/**
 * Python environments through venv and pip, always as programs from outside, with an environment
 * made from nothing and `--isolated`.
 * Faults: `PYTHON_MISSING`, `PYTHON_TOO_OLD`, `PYTHON_VENV_MISSING`, `INDEX_UNREACHABLE`,
 * `WHEEL_HASH_MISMATCH`, `ENVIRONMENT_BUILD_FAILED`, `DISK_FULL`.
 */
export interface Python {
  /**
   * Finds the interpreter (`program` or the best on PATH) and makes the pip tool ready in `toolsDir`. A repeat is safe.
   * `resolver`: `auto` is uv where it is found, else pip; left out, pip. Without uv, `uv` is a fault of `resolve` alone
   * (`UV_MISSING`): what is kept can be built all the same.
   */
  probe(options: { program?: string; toolsDir: string; resolver?: 'auto' | 'pip' | 'uv' }): Promise<PythonFacts>;
  /** Every Python of the search path, each once, best name first; unusable ones with the reason. Read-only. */
  interpreters(): Promise<readonly FoundInterpreter[]>;
  /**
   * Resolves requirement lines to exact wheels with hashes, wheels only, without installing. Read-only. `kept`: absolute
   * paths of wheels that count beside those of the index: what was built by hand is on no index.
   */
  resolve(options: {
    requirements: readonly string[];
    /** Lines that bind the version of a package and ask for none: `numpy===2.1.0`. */
    constraints?: readonly string[];
    index: PackageIndex;
    kept?: readonly string[];
    /** Settled already: nothing else of their names counts, wherever it lies; what they need comes from `index`. */
    taken?: readonly TakenPackage[];
    python: PythonFacts;
    toolsDir: string;
    mark: string;
  }): Promise<Resolution>;
  /**
   * Takes exact versions (`torch===2.8.0+cu128`) from one index and none of what they need: the index of a CUDA family has old
   * copies of much else. `indexName` is written into the lock. Read-only.
   */
  take(options: {
    requirements: readonly string[];
    index: PackageIndex;
    indexName: string;
    python: PythonFacts;
    toolsDir: string;
    mark: string;
  }): Promise<Taking>;
  /**
   * What an index offers of one package, newest first, as its own pages tell it: every wheel, for whatever machine. `[]`
   * when it does not have the package. An index is read over https, or http on this machine. Read-only.
   */
  offers(options: { name: string; index: PackageIndex; signal?: AbortSignal }): Promise<readonly Offer[]>;
  /**
   * Builds at the final path: removes what an interrupted build left, fetches wheels (checking every hash),
   * installs from kept wheels only, precompiles, writes `orchestrate-manifest.json` last and synced, makes the tree read-only.
   * A finished environment of the same id is verified against its manifest and returned as it is.
   */
  build(request: BuildRequest & { readonly python: PythonFacts; readonly toolsDir: string }): Promise<BuiltEnvironment>;
  /** Compares the files with the manifest; `missing` when absent or never finished. */
  inspect(dir: string): Promise<EnvironmentCondition>;
  /** What the build wrote down last, without a look at the files: undefined when absent, never finished or not readable. */
  recorded(dir: string): Promise<RecordedEnvironment | undefined>;
  /**
   * Says what the manifest of the finished environment at `dir` would be had it been built at `place`: scripts, settings and
   * bytecode that name their own place, or the name of its folder alone, are taken as if they named that one, and so are their hashes in a `RECORD`. Both
   * paths have the same number of bytes. Reads every file, writes none; nothing has to lie at `place`.
   */
  asIfAt(options: { readonly dir: string; readonly place: string }): Promise<PlacedManifest>;
  /** Runs `python -c "import <module>"` for each in a process of its own. `error` is the last line of the traceback. */
  importCheck(options: { python: string; modules: readonly string[]; mark: string }): Promise<readonly ImportResult[]>;
  /**
   * Asks torch what it was built for, what device it sees, and computes with it, each question in a process of its own. `[]` when
   * the environment has no torch. With `mayUseGpu: false` torch sees no graphics card. A question that fails is an answer, not a fault.
   */
  torchCheck(options: {
    python: string;
    toolsDir: string;
    mayUseGpu: boolean;
    mark: string;
  }): Promise<readonly TorchAnswer[]>;
  /** Packages of an environment that do not have what their metadata asks for (`pip check`, by our own pip). Faults: `PROCESS_FAILED`, `PROCESS_TIMEOUT`. */
  unmetNeeds(options: {
    python: string;
    facts: PythonFacts;
    toolsDir: string;
    mark: string;
  }): Promise<readonly UnmetNeed[]>;
  /** Names and versions that the environment really holds (`importlib.metadata`), sorted by name. */
  freeze(options: {
    python: string;
    mark: string;
  }): Promise<readonly { readonly name: string; readonly version: string }[]>;
  /**
   * Looks at an environment that is not ours: its interpreter runs a script with `-I -B` that reads metadata and
   * lists files; no package is imported, nothing is written. Fault `PYTHON_MISSING` when the interpreter is gone:
   * absent, or a venv whose base (`home` of `pyvenv.cfg`) is not there any more; `PROCESS_FAILED` when it does not answer.
   * The files of the packages named in `read` are read and compared with `RECORD`, 8 GiB of them at most.
   */
  survey(options: { python: string; mark: string; read?: readonly string[] }): Promise<Survey>;
  /** Top-level importable modules that a distribution provides. */
  modulesOf(options: {
    python: string;
    packages: readonly string[];
    mark: string;
  }): Promise<Readonly<Record<string, readonly string[]>>>;
}

export type PackageOrigin =
  /** No `direct_url.json`: it came by its name, from whatever index was asked then. */
  | { readonly kind: 'index' }
  /** A file or address of one wheel or archive; `file:///…` may still lie there. */
  | { readonly kind: 'wheel'; readonly url: string }
  | { readonly kind: 'vcs'; readonly url: string; readonly commit: string }
  | { readonly kind: 'folder'; readonly path: string; readonly editable: boolean };

export interface SurveyedPackage {
  /** Normalised (PEP 503). */
  readonly name: string;
  readonly version: string;
  /** What its `INSTALLER` says: `pip`, `uv`, `conda`; null when it says nothing. */
  readonly installer: string | null;
  readonly origin: PackageOrigin;
  /** Stands for path, size and mtime of the files that its `RECORD` lists; 16 hex digits. */
  readonly mark: string;
  /** Stands for its `RECORD`, 16 hex digits; null: it has none. */
  readonly record: string | null;
  /** Only where it was asked to be read: every file of it in site-packages has the hash of `RECORD`. */
  readonly isAsInstalled?: boolean;
}

/** An environment that is not ours, as it lies there. */
export interface Survey {
  /** Absolute folder of the environment, as the interpreter names it. */
  readonly prefix: string;
  /** The interpreter that it was made from, links resolved: new environments can be made with it. */
  readonly program: string;
  readonly version: string;
  /** `cp311` and so on. */
  readonly abi: string;
  readonly platform: string;
  readonly manager: 'venv' | 'conda' | 'system';
  /** Sorted by name. */
  readonly packages: readonly SurveyedPackage[];
  /** SHA-256 over path, size and mtime of every file of its site-packages, without bytecode. What lies elsewhere (editable folders) is not in it. */
  readonly fingerprint: string;
  /** As the fingerprint, without the mtimes of files that belong to a package. */
  readonly frame: string;
}

/** An environment as its own manifest tells it. */
export interface RecordedEnvironment {
  readonly manifestDigest: string;
  readonly nFiles: number;
  readonly sizeBytes: number;
}

/** The manifest of an environment as it would be at another place. */
export interface PlacedManifest {
  readonly digest: string;
  readonly nFiles: number;
  /** How many of them name their place, and were taken as if they named the other. */
  readonly nPlaced: number;
  /** Paths that are not as recorded at the place, sorted; null when nothing is recorded there. */
  readonly unlike: readonly string[] | null;
}

export type EnvironmentCondition =
  | { readonly kind: 'missing' }
  | { readonly kind: 'intact'; readonly manifestDigest: string; readonly python: string; readonly sizeBytes: number }
  | { readonly kind: 'drifted'; readonly changed: readonly string[] };

export interface ImportResult {
  readonly module: string;
  readonly ok: boolean;
  readonly version: string | null;
  readonly error: string | null;
}
