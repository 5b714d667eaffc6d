import type { ListenAddress } from '../domain/daemon/listen-address.ts';
import type { TemplateId } from '../domain/definitions/types.ts';
import type { RequestAnswer, RequestKind, RequestKinds } from '../domain/requests.ts';
import type { Installation, Outside } from '../engine/context.ts';
import type { Entry, HomeState } from '../ports/index.ts';

export type { Installation, Outside } from '../engine/context.ts';

/** How the supervisor listens by TCP, when it is asked to. */
export interface Door extends ListenAddress {
  readonly otherMachines: boolean;
  readonly hostName: string | null;
}

/** What an operation is given. */
export interface App {
  readonly outside: Outside;
  /** Where the person stands. */
  readonly cwd: string;
  /** Version of the Node that this process runs on, e.g. `24.21.0`; for `doctor`. */
  readonly nodeVersion: string;
  /** How this very program is started again: its interpreter, the options of that, its entry. */
  readonly ownCommand: readonly string[];
  /** Opens the installation around `cwd` (or `--home`); Fault `HOME_NOT_FOUND`. The same one each time. */
  installation(): Promise<Installation>;
  /** Looks at a folder that may become a home. Reads plain files only. */
  inspect(homeDir: string): Promise<HomeState>;
  /** Creates store, ledger and state folder for a new installation; used by `init` only. */
  create(options: {
    homeDir: string;
    id: string;
    /** Of the repository that is made; null: the person's own is there. */
    branch: string | null;
    /** `comfyui` when left out. */
    template?: TemplateId;
  }): Promise<
    Pick<
      Installation,
      | 'store'
      | 'home'
      | 'sources'
      | 'work'
      | 'remotes'
      | 'ledger'
      | 'bus'
      | 'memory'
      | 'transcripts'
      | 'metrics'
      | 'usage'
      | 'paths'
    >
  >;
  /** Aborts with the person's Ctrl-C: what an operation does by itself ends then, and leaves nothing half done. */
  readonly signal: AbortSignal;
  /** Tells the person what is going on now, on stderr. */
  narrate(sentence: string): void;
  /** Inserts the request, starts a supervisor when none answers, waits for the answer. A refusal is thrown as its Fault. */
  ask<Kind extends RequestKind>(
    kind: Kind,
    data: RequestKinds[Kind],
  ): Promise<Extract<RequestAnswer, { kind: 'accepted' }>>;
  /** Makes sure that a supervisor looks after the installation. Fault: `SUPERVISOR_NOT_STARTED`. */
  wake(): Promise<'was there' | 'started'>;
  /** Journal rows of the run from its first, and on until it ended or waits for a person. */
  follow(run: string, signal: AbortSignal): AsyncIterable<Entry>;
  /**
   * The application as a program may use it: what only persons decide is refused, settings are read anew, paths are taken from home. `by`
   * is who asks, where it is no program of ours that does. Aborts with `gone`.
   */
  forProgram(by: string, gone: AbortSignal): Promise<App>;
  /**
   * Runs the supervisor in this process until it is done: by `signal` at once, by `drain` when what runs has ended or is parked.
   * `stays`: idleness is no end. `door`: where it listens by TCP, by the same Faults. For operations that say `supervises`, and for the detached child. Faults: those of `runSupervisor`.
   */
  supervise(options: { stays: boolean; signal: AbortSignal; drain?: AbortSignal; door?: Door }): Promise<void>;
}
