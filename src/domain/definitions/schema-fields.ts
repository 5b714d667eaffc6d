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

/** Returns the field at a path that other programs know by this name, or undefined. */
export function synonymAt(schema: z.ZodType, path: ValuePath, name: string): string | undefined {
  const found = unwrap(schemaAt(schema, path));
  if (!(found instanceof z.ZodObject)) return undefined;
  return Object.keys(found.shape).find((field) => {
    const synonyms = metaOf(found.shape[field], 'synonyms');
    return Array.isArray(synonyms) && synonyms.includes(name);
  });
}

/** Returns an example of what may stand at a path, or undefined where the schema has none. */
export function exampleAt(schema: z.ZodType, path: ValuePath): unknown {
  const found = schemaAt(schema, path);
  const examples = metaOf(found, 'examples');
  if (Array.isArray(examples)) return examples[0];
  const inner = unwrap(found);
  if (inner instanceof z.ZodEnum) return inner.options[0];
  if (inner instanceof z.ZodNumber) return inner.minValue ?? 1;
  if (inner instanceof z.ZodBoolean) return true;
  if (inner instanceof z.ZodString) return 'text';
  if (!(inner instanceof z.ZodArray)) return undefined;
  const item = exampleAt(inner.element as z.ZodType, []);
  return item === undefined ? undefined : [item];
}

/** What is said of a schema, or of one that it stands around. */
function metaOf(schema: unknown, name: string): unknown {
  for (let layer = schema; layer instanceof z.ZodType; layer = layerBelow(layer)) {
    const said = z.globalRegistry.get(layer)?.[name];
    if (said !== undefined) return said;
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
