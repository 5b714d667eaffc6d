/** What stands where a secret was. */
export const redacted = '[redacted]';

type Fields = Readonly<Record<string, unknown>>;

/** Returns a function that replaces each of the exact values in every text and name of plain data. */
export function createRedaction(values: readonly string[]): (fields: Fields) => Fields {
  // The longest first, or the rest of a longer secret would stay when a shorter one is its beginning.
  const secrets = [...new Set(values)].filter((value) => value !== '').sort((a, b) => b.length - a.length);
  if (secrets.length === 0) return (fields) => fields;
  const clean = (text: string): string =>
    secrets.reduce((rest, secret) => rest.replaceAll(secret, () => redacted), text);
  const walk = (value: unknown): unknown => {
    if (typeof value === 'string') return clean(value);
    if (Array.isArray(value)) return value.map(walk);
    if (typeof value === 'number' && secrets.includes(String(value))) return redacted;
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [clean(name), walk(inner)]));
  };
  return (fields) => walk(fields) as Fields;
}
