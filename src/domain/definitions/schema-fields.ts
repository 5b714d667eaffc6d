import { z } from 'zod';

import type { ValuePath } from './locator.ts';

/**
 * Returns the names of the fields that a schema knows at a path, sorted; `[]` where it knows none by name. One that takes any
 * value is another program's, and left out.
 */
export function fieldsAt(schema: z.ZodType, path: ValuePath): readonly string[] {
  const found = unwrap(schemaAt(schema, path));
  if (!(found instanceof z.ZodObject)) return [];
  const names = Object.keys(found.shape).filter((name) => !(unwrap(found.shape[name]) instanceof z.ZodUnknown));
  return names.sort();
}

/** Returns an example of what may stand at a path, or undefined where the schema has none. */
export function exampleAt(schema: z.ZodType, path: ValuePath): unknown {
  let current = schemaAt(schema, path);
  while (current instanceof z.ZodType) {
    const examples = z.globalRegistry.get(current)?.['examples'];
    if (Array.isArray(examples)) return examples[0];
    const inner = layerBelow(current);
    if (inner === undefined && current instanceof z.ZodEnum) return current.options[0];
    current = inner;
  }
  return undefined;
}

function schemaAt(schema: z.ZodType, path: ValuePath): unknown {
  let current: unknown = schema;
  for (const part of path) {
    current = unwrap(current);
    if (current instanceof z.ZodObject) current = current.shape[String(part)];
    else if (current instanceof z.ZodArray) current = current.element;
    else if (current instanceof z.ZodRecord) current = current.valueType;
    else return undefined;
  }
  return current;
}

function unwrap(schema: unknown): unknown {
  let current = schema;
  for (;;) {
    const inner = layerBelow(current);
    if (inner === undefined) return current;
    current = inner;
  }
}

function layerBelow(schema: unknown): unknown {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodNullable || schema instanceof z.ZodDefault)
    return schema.unwrap();
  if (schema instanceof z.ZodPrefault) return schema.unwrap();
  return schema instanceof z.ZodPipe ? schema.in : undefined;
}
