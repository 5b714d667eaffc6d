import type { Json } from '../../base/json.ts';
import type { AgentEvent } from '../../domain/agent-programs/agent-event.ts';
import type { Login, ProgramRunner } from '../../domain/agent-programs/agent-program.ts';
import type { ProgramWork } from '../../ports/agent-programs.ts';
import type { WallSpec } from '../../ports/walls.ts';

/** What a program is started with. Its prompt goes in by standard input. */
export interface Launch {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Generated settings, below its HOME. */
  readonly home: WallSpec['home'];
}

/** What of a launch is not in the work itself. */
export interface LaunchOptions {
  /** Program that serves the tools of this attempt over standard input and output. */
  readonly tools: { readonly command: string; readonly args: readonly string[] } | null;
  /** Key of the work's server, or a word that stands for one where it needs none. Goes into the environment only. */
  readonly key: string;
}

/** Variable that holds the key of a server, inside the wall. */
export const keyVariable = 'ORCHESTRATE_MODEL_KEY';

/** A program that is given a prompt and writes lines of JSON until it ends. */
export interface Dialect {
  readonly runner: Exclude<ProgramRunner, 'acp'>;
  /** Its name on PATH. */
  readonly command: string;
  /** File of its login below HOME, and who pays by it. */
  readonly loginFile: string;
  loginOf(file: Json): Login;
  /** Variables that hold a login, the first that is set counts before the file. */
  readonly variables: readonly { readonly name: string; readonly login: Login }[];
  launch(work: ProgramWork, options: LaunchOptions): Launch;
  /** Returns what one line says; nothing for what is of no interest. Never throws. */
  read(line: Json): readonly AgentEvent[];
}
