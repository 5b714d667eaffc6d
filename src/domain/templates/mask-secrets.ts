/** Shorter values are words, switches and numbers of every log. */
const leastLength = 6;
/** Values that are looked for, the longest first. */
const maxSecrets = 500;

/**
 * Returns what of a settings file must not be told: values of `NAME=value` lines (with `export`, quotes and `:` or JSON as well),
 * and the lines of what looks like a key.
 */
export function secretsOf(text: string): readonly string[] {
  const found = new Set<string>();
  for (const line of text.split(/\r?\n/)) {
    const named = /^\s*(?:export\s+)?["']?[\w.-]+["']?\s*[=:]\s*(.*)$/.exec(line);
    if (named === null) {
      if (/^[A-Za-z0-9+/=_-]{20,}$/.test(line.trim())) found.add(line.trim());
      continue;
    }
    const raw = named[1] ?? '';
    const quoted = /^(["'])(.*)\1\s*,?\s*(?:#.*)?$/.exec(raw.trim())?.[2];
    const bare = raw.replace(/\s+#.*$/, '').trim();
    for (const value of [quoted, bare, ...bare.split(/[\s,;]+/)])
      if (value !== undefined && value.length >= leastLength) found.add(value);
  }
  return [...found].sort((a, b) => b.length - a.length).slice(0, maxSecrets);
}

/** Returns the lines with `•••` in place of every secret. */
export function maskSecrets(lines: readonly string[], secrets: readonly string[]): readonly string[] {
  return lines.map((line) => secrets.reduce((text, secret) => text.replaceAll(secret, '•••'), line));
}
