/**
 * Returns whether a provider can hold an answer to the schema strictly: every object is closed and needs all of its fields, every value
 * has a type, and there is nothing that structured output does not know (platform.claude.com, developers.openai.com: "structured
 * outputs").
 */
export function isStrict(schema: unknown): boolean {
  if (typeof schema !== 'object' || schema === null || Array.isArray(schema)) return false;
  const fields = schema as Fields;
  if (unheld.some((name) => name in fields)) return false;
  if (!['type', 'enum', 'const', 'anyOf', '$ref'].some((name) => name in fields)) return false;
  if ((fields['type'] === 'object' || 'properties' in fields) && !isClosed(fields)) return false;
  return partsOf(fields).every(isStrict);
}

type Fields = Readonly<Record<string, unknown>>;

function isClosed(fields: Fields): boolean {
  const required = new Set(Array.isArray(fields['required']) ? (fields['required'] as unknown[]) : []);
  return (
    fields['additionalProperties'] === false &&
    Object.keys(fieldsOf(fields['properties'])).every((name) => required.has(name))
  );
}

const partsOf = (fields: Fields): readonly unknown[] => [
  ...Object.values(fieldsOf(fields['properties'])),
  ...Object.values(fieldsOf(fields['$defs'])),
  ...Object.values(fieldsOf(fields['definitions'])),
  ...(fields['items'] === undefined ? [] : [fields['items']]),
  ...(Array.isArray(fields['anyOf']) ? (fields['anyOf'] as unknown[]) : []),
];

const fieldsOf = (value: unknown): Fields => (typeof value === 'object' && value !== null ? (value as Fields) : {});

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
