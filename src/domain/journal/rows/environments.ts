import type { Acceleration } from '../../environments/acceleration.ts';

/** Environments: found, looked at, replaced. */
export interface EnvironmentRows {
  /** [`borrowed:<environment>`] An environment that was found: what it is compared with whenever it is used. `mark` stands for a package's files. */
  'environment.borrowed': {
    readonly environment: string;
    /** Its interpreter, as the lock names it. */
    readonly python: string;
    readonly prefix: string;
    readonly manager: 'venv' | 'conda' | 'system';
    readonly fingerprint: string;
    /** Paths and sizes of all files, and times of those of no package; absent in old rows. */
    readonly frame?: string;
    /** `record` stands for a package's `RECORD`; null or absent: its files are not known to be the ones of it. */
    readonly packages: readonly {
      readonly name: string;
      readonly version: string;
      readonly mark: string;
      readonly record?: string | null;
    }[];
  };
  /**
   * [`record:<tree>`] What was there before a run moved anything: packages with who installed them and from where, components,
   * graphics cards, the baseline. Later steps and people compare with it.
   */
  'environment.recorded': {
    readonly run: string;
    readonly tree: string;
    readonly environment: string;
    readonly python: { readonly version: string; readonly prefix: string };
    readonly packages: readonly {
      readonly name: string;
      readonly version: string;
      readonly installer: string | null;
      /** `index`, or the address, commit or folder that it came from. */
      readonly from: string;
    }[];
    readonly components: readonly { readonly id: string; readonly commit: string | null; readonly tree: string }[];
    readonly accelerators: Acceleration;
    /** `/system_stats` of the instance that was booted for the baseline; null when it was on record and does not run. */
    readonly service: {
      readonly comfyui: string;
      readonly python: string;
      readonly torch: string;
      readonly device: string;
    } | null;
    /** Node packs that do not import today. */
    readonly failedImports: readonly string[];
    readonly workflows: readonly {
      readonly name: string;
      readonly durationMs: number;
      readonly failure: string | null;
    }[];
  };
  /** [`replaced:<environment>`] Files that are not the ones that were built were moved to `trash`, so that it can be built again. */
  'environment.replaced': {
    readonly environment: string;
    readonly nChanged: number;
    /** The first of them. */
    readonly changed: readonly string[];
    /** Absolute folder in which they are kept. */
    readonly trash: string;
    readonly run: string | null;
  };
}
