import type { Login, ProgramRunner } from '../../agent-programs/agent-program.ts';

/** Programs of their own that work for an agent. What they say stands in the transcript. */
export interface AgentProgramRows {
  /** [`program:<conversation>`] It was started, behind this wall. */
  'program.started': {
    readonly conversation: string;
    readonly attempt: string;
    readonly runner: ProgramRunner;
    readonly program: string;
    readonly version: string | null;
    readonly login: Login | null;
    /** Names at the top of the slot that it does not see. */
    readonly hidden: readonly string[];
    readonly wall: 'L0' | 'L1' | 'L2' | 'L3';
    readonly by: string;
    /** Its own sandbox cannot be made within ours. */
    readonly ownSandbox: 'off';
    readonly egress: readonly string[];
    readonly loopback: readonly number[];
  };
  /** [`program:<conversation>`] It is gone, with all that it started. Numbers are its own words. */
  'program.ended': {
    readonly conversation: string;
    readonly attempt: string;
    readonly runner: ProgramRunner;
    /** Id of the conversation as the program names it. */
    readonly session: string | null;
    readonly exitCode: number | null;
    readonly signal: string | null;
    readonly limit: 'time' | 'output' | 'memory' | 'processes' | 'disk' | null;
    readonly turns: number;
    readonly nTools: number;
    /** What its proxy said to each host that it asked for, first come, and how often. Absent in old rows. */
    readonly asked?: readonly {
      readonly host: string;
      readonly allowed: boolean;
      readonly why: string;
      readonly n: number;
    }[];
    /** Lines in no form that is known. */
    readonly nUnread: number;
  };
}
