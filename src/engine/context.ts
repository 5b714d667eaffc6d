import type { Definitions, InstallationConfig } from '../domain/definitions/types.ts';
import type { InstallationPaths } from '../domain/installation/paths.ts';
import type { SecretBook } from '../domain/secrets/secret-book.ts';
import type {
  AgentPrograms,
  Bundles,
  Bus,
  Accelerators,
  AttemptSockets,
  Clock,
  ComponentSources,
  Digest,
  Files,
  HomeRepository,
  Host,
  LanguageModels,
  Ledger,
  Log,
  LogFiles,
  MachineFacts,
  Memory,
  Metrics,
  Notifier,
  SwarmUi,
  Transcripts,
  Pictures,
  Ports,
  Processes,
  Python,
  Random,
  Readiness,
  Remotes,
  ServiceClient,
  Signatures,
  TrustedStore,
  Usage,
  Walls,
  WorkSources,
} from '../ports/index.ts';

/** The outside, as interfaces. Made by `wire.ts`. */
export interface Outside {
  readonly clock: Clock;
  readonly random: Random;
  readonly digest: Digest;
  readonly files: Files;
  readonly processes: Processes;
  readonly ports: Ports;
  readonly python: Python;
  readonly accelerators: Accelerators;
  readonly attemptSockets: AttemptSockets;
  readonly service: ServiceClient;
  readonly readiness: Readiness;
  readonly pictures: Pictures;
  readonly bundles: Bundles;
  readonly signatures: Signatures;
  readonly log: Log;
  /** What no log, row, message, entry or answer may hold. */
  readonly secrets: SecretBook;
  readonly host: Host;
  readonly machine: MachineFacts;
  readonly logFiles: LogFiles;
  readonly notifier: Notifier;
  readonly agentPrograms: AgentPrograms;
  readonly swarm: SwarmUi;
  /** Asked by `engine/spending` alone. */
  readonly models: LanguageModels;
  readonly walls: Walls;
}

/** An opened installation. */
export interface Installation {
  readonly paths: InstallationPaths;
  readonly config: InstallationConfig;
  readonly definitions: Definitions;
  readonly ledger: Ledger;
  readonly store: TrustedStore;
  readonly home: HomeRepository;
  /** Where the branch's components come from. */
  readonly sources: ComponentSources;
  /** Work of people and other tools that is to become a change. */
  readonly work: WorkSources;
  /** Where merges go beside home's branch. */
  readonly remotes: Remotes;
  /** Messages between agents, trees and people. */
  readonly bus: Bus;
  /** What agents know. */
  readonly memory: Memory;
  /** What was said with models and external agents. */
  readonly transcripts: Transcripts;
  /** Measured values. */
  readonly metrics: Metrics;
  /** What the service was used for. */
  readonly usage: Usage;
}

/** What every part of the engine is given: the outside and the opened installation. */
export interface EngineContext extends Installation {
  readonly outside: Outside;
}

/** Marks a child process as ours; another installation's children carry another id. */
export const markOf = (context: EngineContext, name: string): string => `${context.config.id}/${name}`;
