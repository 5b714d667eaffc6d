import type { Runner } from '../specialists/work-result.ts';

/** A runner that is a program of its own. */
export type ProgramRunner = Exclude<Runner, 'program' | 'model'>;

/** Those runners, in the order in which they are told. */
export const programRunners = ['claude-code', 'codex', 'opencode', 'acp'] as const satisfies readonly ProgramRunner[];

/** Whether a runner is a program of its own. */
export const isProgramRunner = (runner: string): runner is ProgramRunner =>
  (programRunners as readonly string[]).includes(runner);

/** Who pays: an account that the person logged in with, a key that counts each token, or nobody: then it cannot work. */
export type Login = 'subscription' | 'key' | 'none';

/** A program of an agent, as it was found on this machine. */
export interface FoundProgram {
  readonly runner: ProgramRunner;
  /** Its file, links resolved. */
  readonly program: string;
  /** Arguments that come first: `--acp`. */
  readonly args: readonly string[];
  /** As it tells it; null where it does not. */
  readonly version: string | null;
  /** Null where only the program itself knows: one that speaks the Agent Client Protocol. */
  readonly login: Login | null;
}
