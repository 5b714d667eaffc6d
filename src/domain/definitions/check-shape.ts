import type { z } from 'zod';

import { Fault, type Position } from '../../base/fault.ts';
import { nearestWord } from './did-you-mean.ts';
import { throwTogether } from './faults.ts';
import { pathText, pointer, type Located, type ValuePath } from './locator.ts';
import { fieldRemedy, unknownFieldRemedy } from './remedies.ts';
import { fieldsAt, synonymAt } from './schema-fields.ts';
import { shapeSentence } from './shape-sentences.ts';

/** Code of the faults: of a definition, or of `orchestrate.yaml`. */
export type ShapeCode = 'DEFINITION_INVALID' | 'CONFIG_INVALID';

/** Things of one file that are told: each place is counted from the start of the file. */
const MAX_ISSUES = 50;

/**
 * Returns the parsed value as the schema makes it. Otherwise all that is wrong is thrown together, each with its place, its
 * path as `data.path` (a JSON pointer) and what to write: unknown fields first, then in the order of the file. A misspelt
 * field is not told as a missing one too.
 */
export function checkShape<T>(
  schema: z.ZodType<T>,
  { value, locate }: Located<unknown>,
  code: ShapeCode = 'DEFINITION_INVALID',
): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const found = result.error.issues.slice(0, MAX_ISSUES).flatMap((issue) => findings(issue, { schema, value, locate }));
  const meant = new Set(found.flatMap(({ means }) => means ?? []));
  const told = found
    .filter(({ path, isMissing }) => !isMissing || !meant.has(pointer(path)))
    .sort(
      (a, b) =>
        Number(b.isUnknownField) - Number(a.isUnknownField) || a.at.line - b.at.line || a.at.column - b.at.column,
    );
  throwTogether(told.map((finding) => faultOf(finding, code)));
  throw new Error('a schema refused a value without an issue');
}

interface Finding {
  readonly path: ValuePath;
  readonly message: string;
  readonly at: Position;
  readonly remedy: string;
  readonly isUnknownField: boolean;
  readonly isMissing: boolean;
  /** Pointer of the known field that a misspelt one was to be. */
  readonly means?: string | undefined;
}

function faultOf({ path, message, at, remedy }: Finding, code: ShapeCode): Fault {
  return new Fault(code, message, {
    at,
    data: { path: pointer(path) },
    hints: [remedy],
  });
}

type Issue = z.core.$ZodIssue;
interface Context extends Located<unknown> {
  readonly schema: z.ZodType;
}

function findings(issue: Issue, { schema, value, locate }: Context): Finding[] {
  if (issue.code === 'unrecognized_keys') {
    const known = fieldsAt(schema, issue.path);
    const place = issue.path.length === 0 ? '' : ` in ${pathText(issue.path)}`;
    return issue.keys.slice(0, MAX_ISSUES).map((key) => {
      const path = [...issue.path, key];
      const near = synonymAt(schema, issue.path, key) ?? nearestWord(key, known);
      const list = near === undefined ? ` Known: ${known.join(', ')}.` : ` Did you mean ${near}?`;
      return {
        path,
        message: `There is no field ${key}${place}.${list}`,
        at: locate.key(path),
        remedy: unknownFieldRemedy(near),
        isUnknownField: true,
        isMissing: false,
        means: near && pointer([...issue.path, near]),
      };
    });
  }
  const isKey = issue.code === 'invalid_key';
  const actual = valueAt(value, issue.path);
  const isMissing = actual === undefined && !isKey;
  const at = isKey || actual === undefined ? locate.key(issue.path) : locate.value(issue.path);
  const message = shapeSentence(issue, actual);
  const remedy = isKey ? KEY_REMEDY : fieldRemedy(schema, issue, isMissing);
  return [{ path: issue.path, message, at, remedy, isUnknownField: false, isMissing }];
}

const KEY_REMEDY = 'Write it with lower-case letters, digits and "-", starting with a letter.';

function valueAt(value: unknown, path: ValuePath): unknown {
  let current = value;
  for (const part of path) {
    if (current === null || typeof current !== 'object' || !Object.hasOwn(current, part)) return undefined;
    current = (current as Record<PropertyKey, unknown>)[part];
  }
  return current;
}
