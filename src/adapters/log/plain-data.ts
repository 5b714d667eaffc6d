/** Deeper than this a value is a mistake of its logger. */
const maxDepth = 8;

/** Returns the value as plain JSON data: errors with their code and stack, cycles and functions by name. */
export function plainData(value: unknown, depth = 0, above: readonly unknown[] = []): unknown {
  if (typeof value === 'bigint' || typeof value === 'symbol') return String(value);
  if (typeof value === 'function') return `[function ${value.name}]`;
  if (typeof value !== 'object' || value === null) return value;
  if (above.includes(value)) return '[cycle]';
  if (depth >= maxDepth) return '[too deep]';
  const next = (inner: unknown): unknown => plainData(inner, depth + 1, [...above, value]);
  if (value instanceof Error) return errorData(value, next);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'Invalid Date' : value.toISOString();
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
  if (Array.isArray(value)) return value.map(next);
  if (value instanceof Set) return [...value].map(next);
  if (value instanceof Map) return [...value].map(next);
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, next(inner)]));
}

function errorData(error: Error, next: (value: unknown) => unknown): Record<string, unknown> {
  const { name, message, stack, cause } = error;
  const code = 'code' in error ? { code: next(error.code) } : {};
  return { name, message, ...code, stack, ...(cause === undefined ? {} : { cause: next(cause) }) };
}
