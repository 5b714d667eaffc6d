import type { ZodType } from 'zod';

import type { JsonObject } from '../../base/json.ts';

/** What came of a tool; text is cut and redacted, and goes to whoever asked as data. */
export interface ToolOutcome {
  readonly isError: boolean;
  readonly text: string;
  readonly data?: JsonObject;
  /** Journal row that says so, where there is one. */
  readonly row?: number;
}

/**
 * What a thinking agent can do: an action, files, shell, memory, bus, finish. The same for our own loop and for programs that ask over
 * MCP, so that nobody gets round a check by another way.
 */
export interface SpecialistTool {
  /** `env_lock` for the action `env.lock`; `read_file`, `shell`, `finish`. */
  readonly name: string;
  readonly description: string;
  /** `read` changes nothing; `write` the slot; `run` starts a program. */
  readonly effect: 'read' | 'write' | 'run';
  readonly input: ZodType;
  /** A repeat with the same call id does nothing twice. Never throws for what was asked: that comes back as an error. */
  call(input: unknown, options: { readonly callId: string; readonly signal: AbortSignal }): Promise<ToolOutcome>;
}
