import type { z } from 'zod';

import { exampleAt } from './schema-fields.ts';

/** Returns what to do about a field that the schema does not know; `near` is the known one that was probably meant. */
export function unknownFieldRemedy(near: string | undefined): string {
  return near === undefined ? 'Take it out.' : `Write ${near}: in its place, or take it out.`;
}

/** Returns what to do about a field that is missing or wrong: an example of it, else what its bounds say. */
export function fieldRemedy(schema: z.ZodType, issue: z.core.$ZodIssue, isMissing: boolean): string {
  const given = issue.code === 'custom' ? issue.params?.['remedy'] : undefined;
  if (typeof given === 'string') return given;
  const name = issue.path.at(-1);
  if (name === undefined) return 'Write the fields of the file, each on a line of its own: name: value';
  if (issue.code === 'too_big') return `Write ${Number(issue.maximum)}${MEASURES[issue.origin] ?? ''} or less.`;
  if (issue.code === 'too_small' && issue.origin === 'array')
    return 'Add an item below it, on a line of its own that starts with "-".';
  const example = exampleAt(schema, issue.path);
  if (example === undefined) return 'Write its fields below it, indented, each on a line of its own.';
  const line = typeof name === 'number' ? `- ${inline(example)}` : `${String(name)}: ${inline(example)}`;
  return isMissing ? `Add a line like this: ${line}` : `Write it like this: ${line}`;
}

const MEASURES: Readonly<Record<string, string>> = { array: ' items', string: ' characters' };

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
