import type { JsonObject } from '../../base/json.ts';

/** What the model asked for. Its arguments are the text that it wrote: whether they are JSON and fit is for the tool to say. */
export interface ToolCall {
  readonly id: string;
  readonly name: string;
  readonly arguments: string;
}

/** What came of a call; goes back to the model as data. */
export interface ToolResult {
  readonly id: string;
  readonly isError: boolean;
  readonly text: string;
}

/** One message of a conversation, as it is kept and sent again. */
export type Message =
  | { readonly role: 'user'; readonly text: string }
  | {
      readonly role: 'model';
      readonly text: string;
      readonly calls: readonly ToolCall[];
      /** What the provider wants back unchanged (thinking with its signature); never shown, never read here. */
      readonly opaque?: JsonObject;
    }
  | { readonly role: 'tools'; readonly results: readonly ToolResult[] };
