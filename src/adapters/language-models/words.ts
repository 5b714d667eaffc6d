import type { JsonObject } from '../../base/json.ts';
import type { ToolResult } from '../../domain/conversations/message.ts';
import type { ModelCall } from '../../ports/index.ts';

/** Returns how an answer of a schema is asked for in words, where a provider cannot be held to one. */
export const formatInWords = (format: NonNullable<ModelCall['format']>): string =>
  `Answer with one JSON value and nothing else: no Markdown, no words before or after it. It has to fit this JSON Schema (${format.name}):\n${JSON.stringify(format.schema)}`;

/** Returns arguments that the model wrote as an object that can be sent again: some servers refuse a conversation that holds broken JSON. */
export function argumentsObject(text: string): JsonObject {
  if (text.trim() === '') return {};
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as JsonObject;
  } catch {
    // What it wrote is told back to it as text.
  }
  return { unreadable: text };
}

/** Returns a result as text for dialects that cannot say otherwise that a call failed. */
export const resultText = ({ isError, text }: ToolResult): string => (isError ? `Error: ${text}` : text);
