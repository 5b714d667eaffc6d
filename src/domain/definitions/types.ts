import type { JsonObject } from '../../base/json.ts';
import type { PolicyRules, Principal } from '../policy/rules.ts';
import type { RestartRule } from '../services/restart.ts';
import type { Runner } from '../specialists/work-result.ts';
import type { AlertsConfig } from './alerts-config.ts';
import type { BusConfig } from './bus-config.ts';
import type { ComputeConfig } from './compute-config.ts';
import type { LogsConfig } from './logs-config.ts';
import type { MonitoringConfig } from './monitoring-config.ts';

/** An agent: who does a step. `agents/<id>.md`: front matter and instructions; a subagent file of Claude Code is one too. */
export interface Agent {
  readonly id: string;
  readonly title: string;
  /** When it is asked; empty where the file says nothing. */
  readonly description: string;
  /** Id of the tree that it works in; null: it belongs to none, and no group reaches it. */
  readonly tree: string | null;
  /** Ids of the actions that it may use. */
  readonly tools: readonly string[];
  /** Tools as Claude Code names them: `Read`, `Bash(git log:*)`, `mcp__server__tool`. A runner that thinks gives what they stand for. */
  readonly otherTools: readonly string[];
  /** Model that is wanted, by name; null: routing chooses. Runner `program` takes none. */
  readonly model: string | null;
  /** Fields of Claude Code that the file has, as it writes them: `skills`, `mcpServers`, `hooks` …; see `notUsedOf`. */
  readonly claude: JsonObject;
  /** Who carries out its steps. */
  readonly runner: Runner;
  /** Kind of its work, as rules of routing name it. */
  readonly taskType: string;
  /** Answers of a model in one step at most; then it is asked whether it may go on. */
  readonly maxTurns: number;
  /** Money for one step at most, in micro-USD; null: what the budgets of the run and of the installation leave. */
  readonly budgetMicroUsd: number | null;
  /** How long it may give no sign of life before it is asked for one. */
  readonly silenceMs: number;
  /** Program and arguments of runner `acp`; for another program of its own, in place of the one on PATH. Null: none is named. */
  readonly program: string | null;
  readonly args: readonly string[];
  /** Hosts that a program of its own may reach by https, beside those that are known of its runner. */
  readonly hosts: readonly string[];
  readonly maxMinutes: number;
  /** The text below the front matter. */
  readonly instructions: string;
  readonly file: string;
}

/** A domain with standing worktrees. `trees/<id>.yaml`. */
export interface Tree {
  readonly id: string;
  readonly title: string;
  readonly homePort: number;
  /** Slots at most; more runs wait in line. */
  readonly slots: number;
  /** Path patterns it may change: exact paths, `dir/**`, `*` within one segment. */
  readonly scope: readonly string[];
  /** Ids of the trees whose reviewers look at every change of this one. */
  readonly reviewers: readonly string[];
  /** What this tree asks about changes of the others: ids of review questions, see `domain/changes/questions.ts`. */
  readonly questions: readonly string[];
  /** Topics this tree publishes. */
  readonly channels: readonly string[];
  /** Topics whose messages come into its mailbox. */
  readonly listens: readonly string[];
  /** What is asked about its own changes, beside what its reviewers ask: ids of review questions. */
  readonly checks: readonly string[];
  /** How the number of its slots follows what waits; null where only a person changes it. */
  readonly scale: ScaleRule | null;
  readonly file: string;
}

/** When a tree gets one slot more or less by itself. */
export interface ScaleRule {
  readonly least: number;
  readonly most: number;
  /** Runs that wait for a slot of the tree before it gets one more. */
  readonly whenWaiting: number;
  /** A slot is taken away when the tree had one to spare for this long, in milliseconds. */
  readonly idleMs: number;
}

export interface PlaybookInput {
  readonly description: string;
  readonly default: string | null;
}

export interface PlaybookStep {
  readonly id: string;
  readonly title: string;
  readonly action: string;
  readonly agent: string;
  readonly needs: readonly string[];
  readonly with: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  /** Tries after the first. */
  readonly retries: number;
  /** Conditions that have to hold before it starts: `env-setup:environment_stable`. */
  readonly waitsFor: readonly string[];
  /** How long it waits for them before the run pauses and asks. */
  readonly waitAtMostMs: number;
  /** Expression: where it does not hold, the step is left out. */
  readonly when?: string;
  /** Expression that gives a list: the step is done once for each thing in it, one after the other. */
  readonly forEach?: string;
  /** Expression over what the step reported: where it does not hold, the step has failed. */
  readonly check?: string;
  /** Why a person has to say yes before the step starts. */
  readonly approval?: string;
  /** Expression: where it holds, nobody is asked. */
  readonly approvalUnless?: string;
  /** What takes the step back when the run does not come to its end. */
  readonly compensate?: Compensation;
}

/** A step that is done only when a later one fails, or the run is rejected or called off. */
export interface Compensation {
  readonly action: string;
  readonly agent: string;
  readonly with: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
}

/** How a goal is carried out. `playbooks/<id>.yaml`. */
export interface Playbook {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  /** Phrases; `{name}` stands for one word and gives the input of that name. */
  readonly triggers: readonly string[];
  readonly inputs: Readonly<Record<string, PlaybookInput>>;
  readonly tree: string;
  /** Other trees that it may run in: the one with the shortest line per slot is taken. */
  readonly trees: readonly string[];
  /** Topics: a message on one of them starts the playbook, with the message's texts as inputs. */
  readonly on: readonly string[];
  /** Id of the planning action, which chooses versions before anything is written. */
  readonly plan: string;
  readonly risk: 'low' | 'medium' | 'high';
  readonly steps: readonly PlaybookStep[];
  readonly file: string;
}

/** The kind of service that an installation looks after. */
export const templateIds = ['comfyui', 'service'] as const;
export type TemplateId = (typeof templateIds)[number];

/** Template `service`: the person's own program. Each command is a program and its arguments; no shell reads them. */
export interface ServiceProgram {
  /** `{port}` stands for the port, within any argument. It is in the environment as `PORT` too. */
  readonly start: readonly string[];
  /** Loopback address that answers with 2xx once it is ready; with `{port}`. */
  readonly ready: string;
  /** Run in the folder of each instance before anything else; empty: nothing. */
  readonly setup: readonly string[];
  /** Have to end with 0 before the service is started for a proof. */
  readonly checks: readonly (readonly string[])[];
  /** Longest time of the set-up, and of each check. */
  readonly commandSeconds: number;
}

/** `orchestrate.yaml` of an installation. */
export interface InstallationConfig {
  /** Names the state folder; made by init, never changed. */
  readonly id: string;
  readonly name: string;
  readonly template: TemplateId;
  /** Null but for the template `service`. */
  readonly program: ServiceProgram | null;
  readonly service: {
    /** `managed`: we start and stop it. `command`: another program does, by the two commands. `none`: nobody here does. */
    readonly mode: 'managed' | 'command' | 'none';
    readonly port: number;
    /** Extra arguments of every start, e.g. `--cpu`. */
    readonly args: readonly string[];
    /** Mode `command`: program and arguments that start and stop production; no shell. */
    readonly startCommand: readonly string[];
    readonly stopCommand: readonly string[];
    /** Seconds a start may take before it counts as failed. */
    readonly startSeconds: number;
    /** Seconds that a running prompt may go on before production is stopped; then it is interrupted, and queued again. */
    readonly finishSeconds: number;
    /** Seconds that production is watched after a switch before the change counts as verified; 0: not at all. */
    readonly watchSeconds: number;
    /** How often production that died is started again; absent: never. */
    readonly restart?: RestartRule;
    /** Where SwarmUI answers that starts and stops production; absent: where it does by itself, if production is SwarmUI's. */
    readonly swarmUrl?: string;
    /** Most memory that a service and all that it starts may have, where the machine can hold it to that; absent: all. */
    readonly memoryMaxBytes?: number;
    /** Absolute folders of production: its own user, input, output folders stay where they are. */
    readonly userDir: string | null;
    readonly inputDir: string | null;
    readonly outputDir: string | null;
  };
  readonly ports: { readonly first: number; readonly last: number };
  readonly python: {
    readonly program: string | null;
    readonly index: { readonly kind: 'url'; readonly url: string } | { readonly kind: 'folder'; readonly path: string };
    /** Where wheels of the torch family come from: one index per CUDA family below it, `<index>/cu128`. */
    readonly torchIndex:
      | { readonly kind: 'url'; readonly url: string }
      | { readonly kind: 'folder'; readonly path: string }
      /** From the same index as everything else. */
      | null;
    /** Who resolves requirements; `auto` is uv where it is found, else pip. */
    readonly resolver: 'auto' | 'pip' | 'uv';
    /** Modules that must import before a service is started. */
    readonly modules: readonly string[];
  };
  readonly policy: {
    /** Bytes a run may download without asking. */
    readonly maxDownloadBytes: number;
    /** Tiers that a rule may merge without a person. */
    readonly autoMerge: readonly ('low' | 'medium')[];
    /** A workflow this many times slower than its baseline is a regression. */
    readonly maxSlowdown: number;
    /** A release younger than this is not chosen unless it is asked for by its number. */
    readonly minAgeSeconds: number;
    /** Whether a proof may take the memory of the graphics card while production holds it. */
    readonly borrowVram: 'ask' | 'yes' | 'no';
    /** A proof draws on the graphics card only while production draws nothing. */
    readonly oneGenerator: boolean;
    /** Restore points whose environment stays on disk: the newest ones, and all that are younger. Pinned ones always. */
    readonly keep: { readonly last: number; readonly youngerThanSeconds: number };
    /** Who approves what, and when; absent where nothing is written about it. */
    readonly rules?: PolicyRules;
  };
  /** Who may approve; absent where none is written: then everybody who can use the installation, by login. */
  readonly principals?: readonly Principal[];
  /** Where a merge goes beside home's branch. */
  readonly merge: {
    /** `local`: nowhere. `push`: the same commit goes to the remote first. `pull-request`: it is proposed there, and home follows. */
    readonly mode: 'local' | 'push' | 'pull-request';
    /** Name of a remote in home's git configuration, an address, or an absolute folder; null only where mode is `local`. */
    readonly remote: string | null;
    /** Branch there; null: named as home's. */
    readonly branch: string | null;
    /** Restore points are pushed with the commit. */
    readonly pushTags: boolean;
  };
  readonly supervisor: { readonly idleSeconds: number };
  readonly bus: BusConfig;
  readonly alerts: AlertsConfig;
  /** Which language models are asked; absent where nothing is written about it: none. */
  readonly compute?: ComputeConfig;
  /** Bytes of memory that a task is given at most, each entry whole. */
  readonly memory: { readonly budgetBytes: number };
  readonly monitoring: MonitoringConfig;
  readonly logs: LogsConfig;
  /** Changes at most that are proven before it is their turn, beside what runs and gates prove; 0: none. */
  readonly queue: { readonly ahead: number };
  /** What was adopted, and lies where it was: looked at for changes that come from outside. Null where nothing is watched. */
  readonly adopted: {
    /** `clone`, `archive`, `swarmui`, `stability-matrix` … */
    readonly layout: string;
    readonly comfyui: string;
    /** Interpreter of the environment that was found, or null when none was. */
    readonly python: string | null;
  } | null;
}

/** A file as it was read, before it is parsed. */
export interface DefinitionSource {
  /** Shown in messages: relative to home, or `built-in:agents/x.md`. */
  readonly file: string;
  /** Empty where it was not read. */
  readonly text: string;
  readonly origin: 'built-in' | 'installation';
  /** Why it was not read, and what to do about it. */
  readonly unread?: { readonly why: string; readonly remedy: string };
}

export interface Definitions {
  readonly agents: ReadonlyMap<string, Agent>;
  readonly trees: ReadonlyMap<string, Tree>;
  readonly playbooks: ReadonlyMap<string, Playbook>;
}
