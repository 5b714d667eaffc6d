import type { App } from '../app.ts';
import type { OperationEffect } from '../operation.ts';

/** What a program that speaks MCP can call. */
export interface ProgramTool {
  /** `review_list` */
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly effect: OperationEffect;
  /** A JSON Schema of an object that takes no other fields. */
  readonly inputSchema: Readonly<Record<string, unknown>>;
  /** Faults: those of what it does; `USAGE_BAD_ARGUMENT` for what the schema does not take. */
  call(app: App, input: unknown): Promise<ToolAnswer>;
}

export interface ToolAnswer {
  readonly output: unknown;
  /** It shows what would be done: nothing was. */
  readonly isPlan: boolean;
  /** The run that it began or moved, and that goes on: it can be followed. */
  readonly run: string | null;
}
