import type { Json, JsonObject } from '../base/json.ts';
import type { AgentEvent } from '../domain/agent-programs/agent-event.ts';
import type { FoundProgram, ProgramRunner } from '../domain/agent-programs/agent-program.ts';
import type { Provider } from '../domain/providers/provider.ts';
import type { EgressDecision, WallLimits, WallSpec } from './walls.ts';

/** One piece of work for a program of an agent. Paths are absolute. */
export interface ProgramWork {
  readonly found: FoundProgram;
  /** What it is to do; goes in by standard input, never in an argument. */
  readonly prompt: string;
  /** Who it is and how it works: the text of its agent's file. */
  readonly instructions: string;
  /** Null: the program's own choice. */
  readonly model: string | null;
  /** Where it works and what it may change. */
  readonly dir: string;
  /** What of that folder it does not see, or sees another way; read-only. */
  readonly covers: NonNullable<WallSpec['covers']>;
  /** A throw-away repository whose work tree is `dir`. */
  readonly gitDir: string;
  /** Socket on which the tools of this attempt are served; null: it is given none. */
  readonly toolSocket: string | null;
  /** Server that it asks instead of its own provider. */
  readonly server: Pick<Provider, 'url' | 'key' | 'dialect'> | null;
  /** Hosts beside those that are known of the runner. */
  readonly hosts: readonly string[];
  /** What of the person's own the agent's file names; for Claude Code only. */
  readonly extras: ProgramExtras;
  /** Most that it may spend, where it can be told so; null: no limit of its own. */
  readonly budgetMicroUsd: number | null;
  readonly limits: WallLimits;
  readonly mark: string;
}

/** Fields of an agent's file (https://code.claude.com/docs/en/sub-agents) that bring something in. */
export interface ProgramExtras {
  /** Settings of hooks, as they are written; null: none. */
  readonly hooks: Json;
  /** Servers of MCP by name, as they are written. */
  readonly servers: JsonObject;
  /** Names of folders below the person's `~/.claude/skills`. */
  readonly skills: readonly string[];
}

/**
 * Programs of agents. Each runs inside a wall: an empty HOME with generated settings and the one file of its login, which is written back when
 * the program refreshed it; its own sandbox is off, as none can be made within ours. Nothing of the person's settings, instructions, hooks or
 * servers is there.
 */
export interface AgentPrograms {
  /**
   * The program of a runner on PATH, its version and login; undefined: it is not there. Where `command` is given, that is looked for.
   * Credentials are looked at and never returned. Starts the program once, for its version.
   */
  find(runner: ProgramRunner, options?: { readonly command?: readonly string[] }): Promise<FoundProgram | undefined>;
  /**
   * Starts it and tells what it says, until `ended`. To stop reading, or the signal, stops it and all that it started.
   * Faults: `WALL_MISSING`, `WALL_BROKEN`, `MODEL_KEY_MISSING`; before anything was started.
   */
  work(
    work: ProgramWork,
    options: {
      readonly signal: AbortSignal;
      /** See `Walls`. */
      readonly unwalled?: true;
      readonly onEgress?: (decision: EgressDecision) => void;
    },
  ): AsyncIterable<AgentEvent>;
}
