import type { CommitId, GitTreeId } from '../../base/ids.ts';
import type { EvidencePart } from '../../domain/changes/evidence.ts';
import type { TemplateId } from '../../domain/definitions/types.ts';
import type { JournalKinds } from '../../domain/journal/kinds.ts';
import type { Found } from '../../domain/outside/difference.ts';
import type { PackageMove } from '../../domain/plans/plan.ts';
import type { RestoreManifest } from '../../domain/restore/manifest.ts';
import type { Question } from '../changes/asked.ts';
import type { EngineContext } from '../context.ts';
import type { Engine } from '../engine.ts';
import type { BesideInstance } from '../instances/ensure.ts';

type Composed = JournalKinds['instance.composed'];

/**
 * What orchestrate has to know of the kind of service that an installation looks after, and nothing else: how a tree
 * becomes a process, when that process counts as proven, what its evidence is, and what has to be kept when it stops.
 * Runs, changes, merges, leases and restore points know only this. One file each in the folder of its name.
 */
export interface Template {
  readonly id: TemplateId;
  /** What rule reviewers of its trees can ask. A tree names the ids in `trees/<id>.yaml`. */
  readonly questions: Readonly<Record<string, Question>>;
  readonly work: PendingWork;
  /** `requirements.in`, `components.lock` and `requirements.lock` are ours: lists, and what is made from them. */
  readonly mergesByMeaning: boolean;
  /** Whether a path of a slot stays out of snapshots. */
  skipInSlot(path: string): boolean;
  /** What the tree says of production. Fault: `CONFIG_INVALID`. */
  productionOf(engine: Engine, tree: GitTreeId): Promise<ProductionSettings>;
  /** What a restore point promises besides the files. */
  stateOf(engine: Engine, tree: GitTreeId): Promise<RestoredState>;
  /** Proves the exact tree that would become the branch. Throws the Fault of what does not hold. */
  prove(engine: Engine, asked: ProofAsked): Promise<ExactProof>;
  /**
   * Proves a tree that the branch may become, as evidence only: nothing is compared, nobody is blamed. Takes nothing that a run may
   * want: `partly` where the rest of it needs a graphics card. Throws the Fault of what does not hold.
   */
  proveAhead(engine: Engine, asked: AheadAsked): Promise<'proven' | 'partly'>;
  /** Gives back what proofs of the run hold, once they are over for now. A repeat is safe. */
  endProofs(engine: Engine, run: string): Promise<void>;
  /** Composes production of the tree and sends it off to start; does not wait. Returns its instance. */
  createProduction(engine: Engine, tree: GitTreeId): Promise<string>;
  /** Composes the tree on a port of its own for a person to look at, on the CPU, and sends it off to start; does not wait. Returns its instance. */
  show(engine: Engine, asked: ShowAsked): Promise<string>;
  /** Whether production of the tree is what runs already as this instance. */
  isUnaffected(context: EngineContext, composed: Composed, tree: GitTreeId): Promise<boolean>;
  /** Starts a composed instance, or finds it started, and proves it: writes its row. A repeat is safe. */
  start(engine: Engine, composed: Composed, signal: AbortSignal): Promise<object>;
  /** Stops it and writes its row. `save` is given its folder before that goes. A repeat is safe. */
  stop(engine: Engine, composed: Composed, save: (composed: Composed) => Promise<void>): Promise<object>;
  /** Whether the instance answers now, within the time. */
  answers(engine: Engine, composed: Composed, timeoutMs: number): Promise<boolean>;
  /** Whether an instance without a marked process may live all the same: what another program started carries no mark. */
  isUnmarked(composed: Composed): boolean;
  /** Whether a server may still work in the folder of an instance that has ended. */
  mayLive(engine: Engine, composed: Composed): Promise<boolean>;
  /** What the program says of its end in its last lines; nothing secret is in it. */
  endReason(engine: Engine, composed: Composed, nLines: number): Promise<string>;
  /** What a way back between the two does besides files and service, one clause each. */
  restoreNotes(engine: Engine, base: GitTreeId, proposed: GitTreeId): Promise<readonly string[]>;
  /**
   * What proving a tree that somebody brings needs besides its files; a malformed declaration is told now, before anything is composed
   * from it.
   */
  proofCost(engine: Engine, trees: { readonly baseTree: GitTreeId; readonly proposed: GitTreeId }): Promise<ProofCost>;
  /** An environment that a way back has to have built again, and the sentence that a person has to say yes to. */
  findReplaced(
    engine: Engine,
    tree: GitTreeId,
    to: string,
  ): Promise<{ readonly environment: string; readonly why: string } | undefined>;
  /** What others moved behind our back, but for home itself. Reads only. */
  findOutside(engine: Engine, tree: GitTreeId): Promise<OutsideFound>;
}

export interface ShowAsked {
  readonly tree: GitTreeId;
  readonly port: number;
  readonly beside: BesideInstance;
}

export interface ProductionSettings {
  readonly mode: 'managed' | 'command' | 'none';
  readonly port: number;
}

export interface ProofCost {
  /** 0: everything is there. Null: nobody knows how much is downloaded. */
  readonly downloadBytes: 0 | null;
  readonly moves: readonly PackageMove[];
  readonly warnings: readonly string[];
}

export type RestoredState = Pick<RestoreManifest, 'environment' | 'environmentDigest' | 'components'>;

export interface OutsideFound {
  readonly found: readonly Found[];
  /** Since when differences are counted, in milliseconds since 1970. */
  readonly sinceMs: number;
}

export interface ProofAsked {
  readonly change: string;
  readonly run: string;
  readonly base: CommitId;
  readonly exact: GitTreeId;
  readonly signal: AbortSignal;
}

export interface AheadAsked {
  readonly change: string;
  /** In place of a run: it is none. */
  readonly owner: string;
  readonly tree: GitTreeId;
  readonly port: number;
  readonly signal: AbortSignal;
}

/** What a gate says of an exact tree that holds. */
export interface ExactProof {
  readonly environment: string;
  readonly components: string;
  readonly evidenceKey: string;
  readonly evidenceKeys: Readonly<Partial<Record<EvidencePart, string>>>;
  /** Left out: the parts of ComfyUI. */
  readonly parts?: readonly EvidencePart[];
  readonly reused: readonly string[];
  readonly notProven: readonly string[];
}

/** What a service has still to do when it is stopped, and what becomes of it. */
export interface PendingWork {
  /** Keeps what waits and lets what runs end, up to the limit. A repeat goes on with what was kept. */
  keep(
    engine: Engine,
    options: { readonly instance: string; readonly limitMs: number; readonly run: string | null },
  ): Promise<unknown>;
  /** What the newest stop of the instance kept, from its row. */
  kept(engine: Engine, instance: string): KeptWork;
  /** Copies what it has to do and takes nothing off it. Returns how many things it does now; undefined: it does not answer. */
  copy(engine: Engine, instance: string): Promise<number | undefined>;
  /** Ids of what it works on now, and how much waits; undefined: it does not answer within the time. Writes nothing. */
  doing(
    engine: Engine,
    instance: string,
    timeoutMs: number,
  ): Promise<{ readonly running: readonly string[]; readonly nWaiting: number } | undefined>;
  /** The copy is not needed: the server has its work and lives on. */
  forgetCopy(engine: Engine, instance: string): Promise<void>;
  /** Gives `to` what `from` left behind. Returns how much it took; null: nothing is known to wait. */
  again(
    engine: Engine,
    options: { readonly from: string; readonly to: string; readonly run: string | null; readonly copies?: true },
  ): Promise<number | null>;
  /** Instances whose work waits for the next one, oldest first. */
  saved(engine: Engine): Promise<readonly string[]>;
  /** What a person is told when production was stopped. */
  stoppedSentence(nKept: number): string;
  /** What is told beside `production is still this one`, or null. */
  backSentence(nBack: number | null): string | null;
  /** What a server that ended was doing, as a clause behind its end; empty: nothing. */
  busyText(nRunning: number): string;
}

export interface KeptWork {
  readonly nPrompts: number;
  /** When it answered for the last time, in milliseconds since 1970; null when nobody knows. */
  readonly lastAnswerAtMs: number | null;
}
