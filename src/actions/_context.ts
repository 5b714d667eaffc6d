import type { ZodType } from 'zod';

import type { CommitId, EnvironmentId, GitTreeId } from '../base/ids.ts';
import type { JsonObject } from '../base/json.ts';
import type { Address } from '../domain/bus/address.ts';
import type { Message } from '../domain/bus/message.ts';
import type {
  BootEvidence,
  ChecksEvidence,
  Evidence,
  SmokeEvidence,
  WorkflowProof,
} from '../domain/changes/evidence.ts';
import type { Condition } from '../domain/conditions/condition.ts';
import type { Definitions, InstallationConfig } from '../domain/definitions/types.ts';
import type { InstallationPaths } from '../domain/installation/paths.ts';
import type { MemoryEntry, MemoryVersion, NewMemory } from '../domain/memory/entry.ts';
import type { FailedBefore } from '../domain/memory/failed-version.ts';
import type { OutsideDifference } from '../domain/outside/difference.ts';
import type { Plan } from '../domain/plans/plan.ts';
import type { Bisected } from '../domain/restore/bisected.ts';
import type { Drilled } from '../domain/restore/drill.ts';
import type { WorkResult } from '../domain/specialists/work-result.ts';
import type {
  Accelerators,
  Bundles,
  Clock,
  ComponentSources,
  Digest,
  EnvironmentCondition,
  Files,
  MemoryHit,
  MemoryQuery,
  PackageIndex,
  Python,
  PythonFacts,
  TrustedStore,
} from '../ports/index.ts';
import type { ServiceCare } from './_service-care.ts';

/** A built environment, ready to start programs from. */
export interface ReadyEnvironment {
  readonly id: EnvironmentId;
  readonly dir: string;
  readonly python: string;
  readonly manifestDigest: string;
  readonly sizeBytes: number;
  readonly nPackages: number;
  readonly downloadedBytes: number;
  readonly fromKeptWheels: number;
  /** It was there already and its files are the ones of its manifest. */
  readonly reused: boolean;
  /** Set where it was found, not built: folders of it that a service must not write, none where that cannot be held. */
  readonly borrowed?: { readonly readOnly: readonly string[] };
}

/** The short of what was recorded of an environment; the whole is the row. */
export interface RecordedFacts {
  readonly nPackages: number;
  /** Packages that came from an address, a repository or a folder. */
  readonly notFromIndex: readonly string[];
  /** Names of the graphics cards, or why there are none. */
  readonly graphics: string;
  readonly failedImports: readonly string[];
}

/** What proves a tree. Each answers at once when evidence with the identical key is on record. */
export interface Proofs {
  /** What is on record of a tree, in whichever environment it ran; nothing is started for it. */
  onRecord(tree: GitTreeId): {
    readonly checks: (ChecksEvidence & { readonly row: number }) | undefined;
    readonly boot: (BootEvidence & { readonly row: number }) | undefined;
    readonly smoke: (SmokeEvidence & { readonly row: number }) | undefined;
  };
  imports(tree: GitTreeId): Promise<Extract<Evidence, { part: 'imports' }> & { readonly row: number }>;
  /** Writes down what the environment of a tree holds, the machine and the baseline. */
  record(tree: GitTreeId): Promise<RecordedFacts & { readonly row: number }>;
  /** Asks torch, and whether every package has what it needs. What is bad is in the answer: the caller judges. */
  checks(tree: GitTreeId): Promise<ChecksEvidence & { readonly row: number }>;
  boot(tree: GitTreeId): Promise<BootEvidence & { readonly row: number; readonly reused: boolean }>;
  smoke(tree: GitTreeId): Promise<SmokeEvidence & { readonly row: number; readonly reused: boolean }>;
  /** Runs workflows of the tree now, whatever is on record; null: all. It is no evidence: nothing is compared with it. */
  runWorkflows(
    tree: GitTreeId,
    names: readonly string[] | null,
  ): Promise<{ readonly workflows: readonly WorkflowProof[]; readonly device: string; readonly instance: string }>;
}

/** The bus as an agent sees it: whatever it sends is from that agent, in its run. */
export interface AgentBus {
  readonly address: Address;
  send(message: { to: Address; subject: string; body?: JsonObject; dedup?: string }): Promise<number>;
  /** Sends a question and waits for its answer. Fault `BUS_NO_ANSWER` when none came in time. A repeat asks nothing twice. */
  ask(message: {
    to: Address;
    subject: string;
    body?: JsonObject;
    deadlineMs: number;
  }): Promise<{ readonly id: number; readonly answer: Message }>;
  answer(ask: number, reply: { subject: string; body?: JsonObject }): Promise<number>;
  /** Questions that wait in the agent's mailbox and in its tree's, oldest first; taken by this attempt, and its own again after a restart. */
  questions(limit: number): Promise<readonly Message[]>;
  /** What this step answered so far, in tries before as well. */
  answered(): readonly { readonly ask: Message; readonly answer: Message }[];
}

/** What a step reported that came before, as its row says. */
export interface StepReport {
  readonly step: string;
  readonly agent: string;
  readonly action: string;
  readonly sentence: string;
  readonly output: JsonObject;
  /** Journal row. */
  readonly row: number;
}

/** Conditions as an agent sees them: it reads all, and sets those of its own tree. */
export interface AgentConditions {
  /** The condition while it holds. */
  find(name: string): Condition | undefined;
  /**
   * Sets one that rests on the reports of the steps that this one needs. Returns the row that says so; a repeat returns the row of then.
   * Faults: `CONDITION_INVALID`, `CONDITION_NOT_YOURS`, `CONDITION_WITHOUT_EVIDENCE`, `TREE_NOT_FOUND`.
   */
  set(name: string, options: { readonly forMs: number | null }): Promise<number>;
  /** Says that one holds no longer. Returns whether it held; a repeat says nothing twice. Faults: `CONDITION_INVALID`, `CONDITION_NOT_YOURS`, `TREE_NOT_FOUND`. */
  clear(name: string, reason: string): Promise<boolean>;
}

/** What a backup consists of. */
export interface BackedUp {
  readonly point: string;
  readonly bundle: string;
  readonly bundleBytes: number;
  /** Fingerprint of the key that signed it. */
  readonly key: string;
  /** The bundle was there from an earlier backup of the same point, and every hash in it holds. */
  readonly reused: boolean;
  readonly memory: string;
  readonly memoryBytes: number;
  readonly nEntries: number;
}

/** The end of what an instance wrote. */
export interface ServiceLog {
  /** `i3`; null where nobody here started the service. */
  readonly instance: string | null;
  /** `server`: what it tells itself, where another program has its output. `none`: nobody here has it. */
  readonly source: 'file' | 'server' | 'none';
  readonly text: string;
  /** Something was written before. */
  readonly isCut: boolean;
}

/** Memory as an agent sees it: it reads everything, and writes below `swarm/<its tree>/` and `sessions/` only. */
export interface AgentMemory {
  get(key: string): Promise<MemoryEntry | undefined>;
  search(query: MemoryQuery): readonly MemoryHit[];
  /** Fault `MEMORY_NOT_YOURS` for a key of another tree. */
  put(entry: Omit<NewMemory, 'by' | 'origin' | 'run'>): Promise<MemoryVersion>;
  /** Takes away entries of its own domain, and of sessions, whose time is over; their versions stay. */
  tidy(): Promise<{ nEntries: number; bytes: number }>;
  /** What the attempt was given for its task when it began, best first: `bus.answer` answers from it first, a hand-over page names it. */
  readonly restored: readonly MemoryEntry[];
}

/** Work that is left to the agent's own judgement. */
export interface WorkAsked {
  /** In plain words. */
  readonly task: string;
  /** `change`: files have to be other ones when it ends; `answer`: it looks and says what it found. */
  readonly expects: 'change' | 'answer';
}

/** What an action is given: ports, its slot, and the two services of the engine that it may use. */
export interface ActionContext {
  readonly run: string;
  readonly attempt: string;
  /** Marks child processes of this attempt. */
  readonly mark: string;
  readonly slot: { readonly name: string; readonly dir: string; readonly port: number; readonly homePort: number };
  readonly base: CommitId;
  readonly baseTree: GitTreeId;
  readonly plan: Plan;
  readonly config: InstallationConfig;
  readonly paths: InstallationPaths;
  readonly clock: Clock;
  readonly digest: Digest;
  readonly files: Files;
  readonly python: Python;
  readonly accelerators: Accelerators;
  readonly store: TrustedStore;
  readonly bundles: Bundles;
  /** Interpreter of the installation, probed. */
  interpreter(): Promise<PythonFacts>;
  readonly index: PackageIndex;
  /** Stores the slot's files as they are now and returns their tree. */
  snapshot(): Promise<GitTreeId>;
  /** The environment of a lock: built, or verified when it is there. */
  environment(lockText: string): Promise<ReadyEnvironment>;
  /** Records the environment that a lock borrows: from here on it is compared with that. Fault `CHANGE_MOVED` when it is not what the lock was made of. */
  takeBorrowed(lockText: string): Promise<EnvironmentId>;
  readonly proofs: Proofs;
  /** Finds out by doing it whether a restore point comes back from kept wheels alone, in folders of its own. See `drillPoint`. */
  drill(point: string): Promise<Drilled>;
  /** Finds the commit of the branch that broke what held at an older restore point, by trying. See `bisectPoints`. */
  bisect(asked: BisectAsked): Promise<Bisected>;
  /** Writes a restore point and all memory into a folder outside of home, and reads back what it wrote. A repeat is safe. See `backUp`. */
  backUp(options: { readonly point: string; readonly folder: string }): Promise<BackedUp>;
  /** The end of the log of an instance, production's when none is named. Fault `USAGE_BAD_ARGUMENT` for one that there is not. */
  serviceLog(options: { readonly instance: string | null; readonly maxBytes: number }): Promise<ServiceLog>;
  readonly service: ServiceCare;
  readonly bus: AgentBus;
  readonly conditions: AgentConditions;
  readonly memory: AgentMemory;
  /** The step's agent, where it thinks: a model or a program of its own carries out what is asked. See `engine/specialists/work.ts` for the faults. */
  readonly specialist: { work(asked: WorkAsked): Promise<WorkResult> };
  /** Reports of the steps that this one needs, straight or through others, in the order of the plan. */
  readonly before: readonly StepReport[];
  /** One line of progress, journalled. */
  note(sentence: string): Promise<void>;
  readonly signal: AbortSignal;
}

/** Where a bisect looks: restore points by number or name, empty for the oldest and the newest; a workflow, or empty for all. */
export interface BisectAsked {
  readonly good: string;
  readonly bad: string;
  readonly workflow: string;
}

/** A planning action's view: no slot yet, nothing may be written. */
export type PlanningContext = Pick<
  ActionContext,
  | 'config'
  | 'paths'
  | 'clock'
  | 'digest'
  | 'files'
  | 'python'
  | 'accelerators'
  | 'store'
  | 'bundles'
  | 'interpreter'
  | 'index'
  | 'baseTree'
  | 'signal'
  | 'mark'
> & {
  /** To read: what was learned before. A plan that it changes says so, with the entry. */
  readonly memory: Pick<AgentMemory, 'get' | 'search'>;
  /** Versions of a package that did not pass their proof here: remembered, and looked up in the journal just now. */
  failedBefore(name: string): Promise<readonly FailedBefore[]>;
  readonly definitions: Definitions;
  /** Ids of all review questions. */
  readonly questions: ReadonlySet<string>;
  /** Why a tree cannot go now, as the end of a sentence, or undefined. */
  treeInUse(id: string): Promise<string | undefined>;
  /** What moved behind our back and is open, looked at just now. */
  outsideChanges(): Promise<readonly OutsideDifference[]>;
  /** Only a plan fetches components: what it names is what is taken. */
  readonly sources: ComponentSources;
  /** Name of the restore point that a number, name, tag or commit names. Fault: `RESTORE_NOT_FOUND`. */
  pointName(asked: string): Promise<string>;
  /** What a bisect would halve: the names of both ends, and how many commits lie from one to the other. See `bisectLine` for the faults. */
  bisectLine(asked: BisectAsked): Promise<{ readonly good: string; readonly bad: string; readonly nCommits: number }>;
  /** How the branch's environment is there at this moment. */
  environmentNow(): Promise<EnvironmentCondition>;
  /** Whether a component's files have been on the branch: what was only approved and then rejected has not. */
  wasOnBranch(component: GitTreeId): Promise<boolean>;
};

/**
 * Something an agent can do. A playbook step, a model's tool and an MCP tool are the same action.
 * A repeat after an interruption must be safe: the attempt id is the same then.
 */
export interface Action<Input = unknown, Output extends object = object> {
  /** `env.lock`; the file is `env-lock.ts` and the export `envLock`. */
  readonly id: string;
  readonly summary: string;
  readonly effect: 'read' | 'write';
  readonly input: ZodType<Input>;
  readonly output: ZodType<Output>;
  run(context: ActionContext, input: Input): Promise<Output>;
  /** One sentence from what was observed; shown as progress. */
  describe(output: Output, context: { readonly slot: ActionContext['slot']; readonly productionPort: number }): string;
  /** Looks at the result once more, after the snapshot. Throws a Fault when it does not hold. */
  verify?(context: ActionContext, output: Output): Promise<void>;
}

/** An action that chooses before anything is written. */
export interface PlanningAction<Input = unknown> {
  readonly id: string;
  readonly summary: string;
  readonly effect: 'plan';
  readonly input: ZodType<Input>;
  plan(context: PlanningContext, input: Input): Promise<import('../domain/plans/plan.ts').PlanDraft>;
}

export const defineAction = <Input, Output extends object>(action: Action<Input, Output>): Action<Input, Output> =>
  action;
export const definePlanningAction = <Input>(action: PlanningAction<Input>): PlanningAction<Input> => action;
