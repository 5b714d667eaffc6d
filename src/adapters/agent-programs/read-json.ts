import type { Json } from '../../base/json.ts';

/** Returns what lies at a path of keys, or null. */
export function within(value: Json, ...keys: readonly string[]): Json {
  let at: Json = value;
  for (const key of keys) {
    if (typeof at !== 'object' || at === null || Array.isArray(at) || !Object.hasOwn(at, key)) return null;
    at = (at as Readonly<Record<string, Json>>)[key] ?? null;
  }
  return at;
}

/** Returns the text of content as models' interfaces write it: a text, or a list of parts with a text each. */
export function textOf(content: Json): string {
  if (typeof content === 'string') return content;
  if (Array.isArray(content)) return content.map((part) => textOf(part as Json)).join('\n');
  const text = within(content, 'text');
  return typeof text === 'string' ? text : '';
}
