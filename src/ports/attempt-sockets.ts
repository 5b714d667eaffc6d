import type { JsonObject } from '../base/json.ts';

/**
 * Sockets made for one attempt each: whoever reaches one is the agent of that attempt, and nothing that is sent says otherwise. A message is a
 * line of JSON, its answer is another. A path that a dead process left is taken over. Fault: `SOCKET_UNAVAILABLE`.
 */
export interface AttemptSockets {
  /**
   * Listens (mode 0600, in a folder that only this user enters) until it is closed. Lines of one connection are answered one after the other;
   * the signal aborts when nobody waits for the answer any more. A line of more than 1 MiB ends its connection. `answer` never throws.
   */
  open(
    path: string,
    answer: (line: string, signal: AbortSignal) => Promise<string>,
  ): Promise<{ close(): Promise<void> }>;
}

/** A tool as it is listed over such a socket. */
export interface ListedTool {
  readonly name: string;
  readonly description: string;
  readonly effect: 'read' | 'write' | 'run';
  /** JSON Schema of its arguments. */
  readonly input: JsonObject;
}

/** What came of a call: data for whoever asked. */
export interface RelayedOutcome {
  readonly isError: boolean;
  readonly text: string;
  readonly data?: JsonObject;
  readonly row?: number;
}

/**
 * The other end, inside the wall: it asks, and opens nothing of the installation. Faults: `SOCKET_UNAVAILABLE`, and those that the answer names.
 */
export interface AttemptRelay {
  /** Names this process for all time, 12 hex digits: a pid inside a wall comes again. */
  readonly session: string;
  list(signal: AbortSignal): Promise<readonly ListedTool[]>;
  /** `callId` names this very call: the same one again does nothing twice. */
  call(asked: { tool: string; arguments: JsonObject; callId: string }, signal: AbortSignal): Promise<RelayedOutcome>;
  hook(asked: { hook: string; input: JsonObject }, signal: AbortSignal): Promise<JsonObject>;
}
