/** Lists and objects inside each other that are read: whatever walks the value may be recursive. */
const maxDepth = 64;

const forbiddenKeys: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

/** What is wrong with a text that should be JSON, and where. */
export interface JsonProblem {
  /** In UTF-16 units from the start. */
  readonly offset: number;
  readonly sentence: string;
  /** The text ends too early: it may be on its way to the disk. */
  readonly isCut: boolean;
}

/**
 * Returns the first thing that keeps a text from being JSON (RFC 8259) that every reader reads alike: keys are there once and are
 * no name that JavaScript gives a meaning, numbers are finite and keep their digits, escapes are whole characters.
 */
export function findJsonProblem(text: string): JsonProblem | undefined {
  const reader = new JsonReader(text);
  try {
    reader.document();
    return undefined;
  } catch (error) {
    if (error instanceof Unsound) return error;
    throw error;
  }
}

class Unsound extends Error implements JsonProblem {
  readonly offset: number;
  readonly sentence: string;
  readonly isCut: boolean;

  constructor(offset: number, sentence: string, isCut = false) {
    super(sentence);
    this.offset = offset;
    this.sentence = sentence;
    this.isCut = isCut;
  }
}

const numberPattern = /-?(?:0|[1-9]\d{0,400})(?:\.\d{1,400})?(?:[eE][+-]?\d{1,10})?(?![\d.eE+-])/y;
const wordPattern = /true|false|null/y;
const blankPattern = /[ \t\n\r]*/y;

class JsonReader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  document(): void {
    if (this.#text.startsWith('\uFEFF'))
      throw new Unsound(0, 'The text starts with a byte order mark, which JSON does not have.');
    this.#value(0);
    this.#blanks();
    if (this.#at < this.#text.length) throw new Unsound(this.#at, 'Something stands after the end of the value.');
  }

  #value(depth: number): void {
    this.#blanks();
    const start = this.#at;
    if (depth > maxDepth)
      throw new Unsound(
        start,
        `Lists and objects are nested too deeply: ${maxDepth} levels are the most that is read.`,
      );
    const first = this.#text[start];
    if (first === undefined) throw this.#cut();
    if (first === '{') return this.#object(depth);
    if (first === '[') return this.#list(depth);
    if (first === '"') return void this.#string();
    if (this.#match(wordPattern) !== undefined) return;
    const number = this.#match(numberPattern);
    if (number === undefined)
      throw new Unsound(
        start,
        'A value has to stand here: text in double quotes, a number, true, false, null, a list or an object.',
      );
    const value = Number(number);
    if (!Number.isFinite(value)) throw new Unsound(start, 'The number is larger than can be kept: put it in quotes.');
    if (Number.isInteger(value) && !Number.isSafeInteger(value))
      throw new Unsound(start, 'The number has more digits than can be kept: put it in quotes.');
  }

  #object(depth: number): void {
    const keys = new Set<string>();
    this.#items('}', () => {
      const start = this.#at;
      if (this.#text[start] !== '"') throw new Unsound(start, 'A key in double quotes has to stand here.');
      const key = this.#string();
      if (forbiddenKeys.has(key)) throw new Unsound(start, `The key ${key} is not allowed.`);
      if (keys.has(key)) throw new Unsound(start, `The key ${JSON.stringify(key.slice(0, 60))} is there twice.`);
      keys.add(key);
      this.#blanks();
      if (this.#at >= this.#text.length) throw this.#cut();
      if (this.#text[this.#at] !== ':') throw new Unsound(this.#at, 'A ":" has to stand after the key.');
      this.#at += 1;
      this.#value(depth + 1);
    });
  }

  #list(depth: number): void {
    this.#items(']', () => this.#value(depth + 1));
  }

  #items(end: '}' | ']', item: () => void): void {
    this.#at += 1;
    for (let isFirst = true; ; isFirst = false) {
      this.#blanks();
      const next = this.#text[this.#at];
      if (next === undefined) throw this.#cut();
      if (next === end && isFirst) break;
      item();
      this.#blanks();
      const after = this.#text[this.#at];
      if (after === undefined) throw this.#cut();
      if (after === end) break;
      if (after !== ',') throw new Unsound(this.#at, `A "," or "${end}" has to stand here.`);
      this.#at += 1;
    }
    this.#at += 1;
  }

  #string(): string {
    const start = this.#at;
    for (let at = start + 1; at < this.#text.length; at += 1) {
      const code = this.#text.charCodeAt(at);
      if (code === 0x5c) at += 1;
      else if (code < 0x20) throw new Unsound(at, 'A control character stands in the text: write it as an escape.');
      else if (code === 0x22) {
        this.#at = at + 1;
        return this.#unescaped(start);
      }
    }
    throw this.#cut();
  }

  #unescaped(start: number): string {
    const quoted = this.#text.slice(start, this.#at);
    let value: string;
    try {
      value = JSON.parse(quoted) as string;
    } catch {
      throw new Unsound(start, 'The text holds an escape that JSON does not have.');
    }
    if (!value.isWellFormed())
      throw new Unsound(start, 'The text has an escape for half a character (a lone surrogate).');
    return value;
  }

  #blanks(): void {
    this.#match(blankPattern);
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0];
    if (found !== undefined) this.#at += found.length;
    return found;
  }

  #cut(): Unsound {
    return new Unsound(this.#text.length, 'The text ends in the middle of the value.', true);
  }
}
