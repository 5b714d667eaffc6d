import type { z } from 'zod';

import { Fault, type Position } from '../../base/fault.ts';
import { didYouMean } from './did-you-mean.ts';
import { pathText, pointer, type Located, type ValuePath } from './locator.ts';
import { fieldsAt } from './schema-fields.ts';
import { shapeSentence } from './shape-sentences.ts';

/** Code of the faults: of a definition, or of `orchestrate.yaml`. */
export type ShapeCode = 'DEFINITION_INVALID' | 'CONFIG_INVALID';

/** One thing that is wrong, as `data.issues` of the fault holds it. */
export interface ShapeIssue {
  /** JSON pointer. */
  readonly path: string;
  readonly message: string;
  readonly line: number;
  readonly column: number;
}

/**
 * Returns the parsed value as the schema makes it. Otherwise a Fault of the code: its message and position are those
 * of the first thing that is wrong (unknown fields first, since a misspelt field also makes one missing), and
 * `data.issues` holds everything.
 */
export function checkShape<T>(
  schema: z.ZodType<T>,
  { value, locate }: Located<unknown>,
  code: ShapeCode = 'DEFINITION_INVALID',
): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const found = result.error.issues.flatMap((issue) => findings(issue, { schema, value, locate }));
  found.sort(
    (a, b) => Number(b.isUnknownField) - Number(a.isUnknownField) || a.at.line - b.at.line || a.at.column - b.at.column,
  );
  const [first] = found;
  if (first === undefined) throw new Error('a schema refused a value without an issue');
  const issues: ShapeIssue[] = found.map(({ path, message, at }) => ({
    path: pointer(path),
    message,
    line: at.line,
    column: at.column,
  }));
  throw new Fault(code, first.message, { at: first.at, data: { issues } });
}

interface Finding {
  readonly path: ValuePath;
  readonly message: string;
  readonly at: Position;
  readonly isUnknownField: boolean;
}

type Issue = z.core.$ZodIssue;
interface Context extends Located<unknown> {
  readonly schema: z.ZodType;
}

function findings(issue: Issue, { schema, value, locate }: Context): Finding[] {
  if (issue.code === 'unrecognized_keys') {
    const known = fieldsAt(schema, issue.path);
    const place = issue.path.length === 0 ? '' : ` in ${pathText(issue.path)}`;
    return issue.keys.map((key) => {
      const path = [...issue.path, key];
      const message = `There is no field ${key}${place}.${didYouMean(key, known) || ` Known: ${known.join(', ')}.`}`;
      return { path, message, at: locate.key(path), isUnknownField: true };
    });
  }
  const isKey = issue.code === 'invalid_key';
  const actual = valueAt(value, issue.path);
  const at = isKey || actual === undefined ? locate.key(issue.path) : locate.value(issue.path);
  return [{ path: issue.path, message: shapeSentence(issue, actual), at, isUnknownField: false }];
}

function valueAt(value: unknown, path: ValuePath): unknown {
  let current = value;
  for (const part of path) {
    if (current === null || typeof current !== 'object' || !Object.hasOwn(current, part)) return undefined;
    current = (current as Record<PropertyKey, unknown>)[part];
  }
  return current;
}
