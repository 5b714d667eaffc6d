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

/** Keywords that hold a value to more than its shape; structured output of providers does not know them all. */
const unheld = [
  'pattern',
  'format',
  'minLength',
  'maxLength',
  'minimum',
  'maximum',
  'exclusiveMinimum',
  'exclusiveMaximum',
  'multipleOf',
  'minItems',
  'maxItems',
  'uniqueItems',
  'patternProperties',
  'propertyNames',
  'not',
  'oneOf',
  'allOf',
  'if',
];

/**
 * Returns whether a provider can hold an answer to the schema strictly: every object is closed and needs all of its fields, and there
 * is nothing that structured output does not know (platform.claude.com, developers.openai.com: "structured outputs").
 */
export function isStrict(schema: unknown): boolean {
  if (Array.isArray(schema)) return schema.every(isStrict);
  if (typeof schema !== 'object' || schema === null) return true;
  const fields = schema as Readonly<Record<string, unknown>>;
  if (unheld.some((name) => name in fields)) return false;
  const properties = fields['properties'];
  if (fields['type'] === 'object' || properties !== undefined) {
    if (fields['additionalProperties'] !== false) return false;
    const required = Array.isArray(fields['required']) ? (fields['required'] as unknown[]) : [];
    const shape = (properties ?? {}) as Readonly<Record<string, unknown>>;
    if (!Object.keys(shape).every((name) => required.includes(name))) return false;
    if (!Object.values(shape).every(isStrict)) return false;
  }
  return ['items', 'anyOf', '$defs', 'definitions'].every((name) => {
    const inner = fields[name];
    const parts =
      typeof inner === 'object' && inner !== null && name.endsWith('s') && !Array.isArray(inner)
        ? Object.values(inner)
        : inner;
    return isStrict(parts);
  });
}
