import type { EnvironmentId } from '../base/ids.ts';

export interface PythonFacts {
  /** Absolute path of the interpreter, links resolved. */
  readonly program: string;
  readonly version: string;
  /** `cp311` and so on. */
  readonly abi: string;
  /** `linux-x86_64` and so on (`sysconfig.get_platform()`). */
  readonly platform: string;
  readonly pipVersion: string;
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
}

export type Resolution =
  | { readonly kind: 'resolved'; readonly packages: readonly LockedPackage[] }
  /** `reason` is one sentence naming the two requirements that fight, or the one that nothing meets. */
  | {
      readonly kind: 'impossible';
      readonly code: 'PACKAGE_NOT_FOUND' | 'PACKAGE_CONFLICT';
      readonly reason: string;
      readonly log: string;
    };

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
  /** Finds the interpreter (`program` or the best on PATH) and makes the pip tool ready in `toolsDir`. A repeat is safe. */
  probe(options: { program?: string; toolsDir: string }): Promise<PythonFacts>;
  /**
   * Resolves requirement lines to exact wheels with hashes, wheels only, without installing. Read-only. `kept`: absolute
   * paths of wheels that count beside those of the index: what was built by hand is on no index.
   */
  resolve(options: {
    requirements: readonly string[];
    index: PackageIndex;
    kept?: readonly string[];
    python: PythonFacts;
    toolsDir: string;
    mark: string;
  }): Promise<Resolution>;
  /** Versions of one package that the index offers for this interpreter, newest first. */
  versions(options: {
    name: string;
    index: PackageIndex;
    python: PythonFacts;
    toolsDir: string;
    mark: string;
  }): Promise<readonly string[]>;
  /**
   * Builds at the final path: removes what an interrupted build left, fetches wheels (checking every hash),
   * installs from kept wheels only, precompiles, writes `orchestrate-manifest.json` last and synced, makes the tree read-only.
   * A finished environment of the same id is verified against its manifest and returned as it is.
   */
  build(request: BuildRequest & { readonly python: PythonFacts; readonly toolsDir: string }): Promise<BuiltEnvironment>;
  /** Compares the files with the manifest; `missing` when absent or never finished. */
  inspect(dir: string): Promise<EnvironmentCondition>;
  /** Runs `python -c "import <module>"` for each in a process of its own. `error` is the last line of the traceback. */
  importCheck(options: { python: string; modules: readonly string[]; mark: string }): Promise<readonly ImportResult[]>;
  /** Names and versions that the environment really holds (`importlib.metadata`), sorted by name. */
  freeze(options: {
    python: string;
    mark: string;
  }): Promise<readonly { readonly name: string; readonly version: string }[]>;
  /** Top-level importable modules that a distribution provides. */
  modulesOf(options: {
    python: string;
    packages: readonly string[];
    mark: string;
  }): Promise<Readonly<Record<string, readonly string[]>>>;
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
