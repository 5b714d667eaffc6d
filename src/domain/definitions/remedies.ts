import type { z } from 'zod';

import type { ValuePath } from './locator.ts';
import { exampleAt } from './schema-fields.ts';

/** Returns what to do about a field that the schema does not know; `near` is the known one that was probably meant. */
export function unknownFieldRemedy(near: string | undefined): string {
  return near === undefined ? 'Take it out.' : `Write ${near}: in its place, or take it out.`;
}

/** Returns what to do about a field that is missing or wrong, or undefined where the schema shows no example of it. */
export function fieldRemedy(
  schema: z.ZodType,
  { path, params }: { readonly path: ValuePath; readonly params?: Readonly<Record<string, unknown>> | undefined },
  isMissing: boolean,
): string | undefined {
  const given = params?.['remedy'];
  if (typeof given === 'string') return given;
  const example = exampleAt(schema, path);
  const name = path.at(-1);
  if (name === undefined || example === undefined) return undefined;
  const line = typeof name === 'number' ? `- ${inline(example)}` : `${String(name)}: ${inline(example)}`;
  return isMissing ? `Add a line like this: ${line}` : `Write it like this: ${line}`;
}

/** Returns a value as YAML on one line. */
function inline(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(inline).join(', ')}]`;
  if (typeof value === 'object' && value !== null) {
    const fields = Object.entries(value).map(([key, one]) => `${key}: ${inline(one)}`);
    return `{ ${fields.join(', ')} }`;
  }
  const text = String(value);
  return /^[\w./*-][\w ./*:-]*$/.test(text) && !text.includes(': ') ? text : `'${text.replaceAll("'", "''")}'`;
}
