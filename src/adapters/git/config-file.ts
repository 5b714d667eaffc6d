/** Keys of a git configuration: `section.key` or `section.subsection.key`, section and key in lower case, values in order. */
export type ConfigFile = ReadonlyMap<string, readonly string[]>;

/**
 * Parses a git configuration as git-config(1) describes it. Includes are seen as plain keys
 * (`include.path`) and never followed; a line that git would refuse is left out.
 */
export function parseConfigFile(text: string): ConfigFile {
  const values = new Map<string, string[]>();
  let section = '';
  const reader = new Characters(text);
  for (;;) {
    reader.skip(/[\s\ufeff]/);
    const next = reader.peek();
    if (next === undefined) return values;
    if (next === '#' || next === ';') {
      reader.untilLineEnd();
    } else if (next === '[') {
      section = readSection(reader);
    } else {
      const key = reader.take(/[A-Za-z0-9-]/).toLowerCase();
      if (key === '') {
        reader.untilLineEnd();
        continue;
      }
      reader.skip(/[ \t]/);
      const value = reader.peek() === '=' ? readValue(reader) : 'true';
      if (reader.peek() !== '\n') reader.untilLineEnd();
      const name = `${section}.${key}`;
      values.set(name, [...(values.get(name) ?? []), value]);
    }
  }
}

/** Returns the value that counts: the last one. */
export function configValue(config: ConfigFile, name: string): string | undefined {
  return config.get(name)?.at(-1);
}

/** Returns a value as git reads a boolean; an absent key is `fallback`. */
export function configFlag(config: ConfigFile, name: string, fallback: boolean): boolean {
  const value = configValue(config, name)?.toLowerCase();
  if (value === undefined) return fallback;
  return value === 'true' || value === 'yes' || value === 'on' || (/^-?\d+$/.test(value) && Number(value) !== 0);
}

class Characters {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text.replaceAll('\r\n', '\n');
  }

  peek(): string | undefined {
    return this.#text[this.#at];
  }

  next(): string | undefined {
    return this.#text[this.#at++];
  }

  take(pattern: RegExp): string {
    const from = this.#at;
    for (let next = this.peek(); next !== undefined && pattern.test(next); next = this.peek()) this.#at++;
    return this.#text.slice(from, this.#at);
  }

  skip(pattern: RegExp): void {
    this.take(pattern);
  }

  untilLineEnd(): void {
    this.take(/[^\n]/);
  }
}

/** `[section]`, `[section "Sub.section"]` or the old `[section.sub]`. */
function readSection(reader: Characters): string {
  reader.next();
  let name = reader.take(/[A-Za-z0-9.-]/).toLowerCase();
  reader.skip(/[ \t]/);
  if (reader.peek() === '"') {
    reader.next();
    let subsection = '';
    for (let next = reader.next(); next !== undefined && next !== '"' && next !== '\n'; next = reader.next()) {
      subsection += next === '\\' ? (reader.next() ?? '') : next;
    }
    name += `.${subsection}`;
  }
  reader.take(/[^\]\n]/);
  if (reader.peek() === ']') reader.next();
  return name;
}

/** A value may be quoted in parts, go on over lines that end in a backslash, and end at a comment. */
function readValue(reader: Characters): string {
  reader.next();
  reader.skip(/[ \t]/);
  let value = '';
  let isQuoted = false;
  // Blanks at the end count only when they are quoted or escaped.
  let nKept = 0;
  for (let next = reader.peek(); next !== undefined; next = reader.peek()) {
    if (next === '\n') break;
    reader.next();
    if (!isQuoted && (next === '#' || next === ';')) {
      reader.untilLineEnd();
      break;
    }
    if (next === '"') {
      isQuoted = !isQuoted;
      continue;
    }
    if (next !== '\\') {
      value += next;
      if (isQuoted || !/\s/.test(next)) nKept = value.length;
      continue;
    }
    const escaped = reader.next();
    if (escaped === '\n') continue;
    value += escaped === 'n' ? '\n' : escaped === 't' ? '\t' : escaped === 'b' ? '\b' : (escaped ?? '');
    nKept = value.length;
  }
  return value.slice(0, nKept);
}
