import { Fault } from '../../base/fault.ts';
import { MAX_YAML_SIZE, parseYaml } from '../definitions/parse-yaml.ts';
import { MAX_YAML_DEPTH } from '../definitions/yaml-depth.ts';
import type { MemoryProblem } from './entry.ts';
import { findJsonProblem } from './json-problem.ts';
import { findDeepNesting } from './yaml-nesting.ts';

/** The largest entry: what does not fit is a file of its own, and the entry names it. */
export const maxMemoryBytes = 1024 * 1024;

/** What keeps a content from being an entry. `path` is the key. */
export type ContentProblem = MemoryProblem & {
  readonly kind: 'too-large' | 'not-text' | 'half-written' | 'malformed';
};

/** Returns the bytes of a file as the text of an entry, or what is wrong with them. */
export function readContent(key: string, bytes: Uint8Array): { readonly text: string } | ContentProblem {
  if (bytes.length > maxMemoryBytes) return tooLarge(key, bytes.length);
  if (bytes.length === 0) return problem(key, 'half-written', 'The file is empty.');
  let text: string;
  try {
    text = decode(bytes, bytes.length);
  } catch {
    const before = decode(bytes, firstBadByte(bytes), { stream: true });
    return problem(key, 'not-text', 'The file has a byte that is no UTF-8 text.', placeAt(before, before.length));
  }
  return findProblem(key, text) ?? { text };
}

/** Returns what keeps a text from being the content of an entry, or undefined. */
export function findProblem(key: string, text: string): ContentProblem | undefined {
  const nBytes = text.length > maxMemoryBytes ? text.length : new TextEncoder().encode(text).length;
  if (nBytes > maxMemoryBytes) return tooLarge(key, nBytes);
  if (text === '') return problem(key, 'half-written', 'The text is empty.');
  if (!text.isWellFormed()) {
    const at = text.search(/\p{Surrogate}/u);
    return problem(key, 'not-text', 'The text has half a character (a lone surrogate).', placeAt(text, at));
  }
  const at = text.indexOf('\0');
  if (at !== -1) return problem(key, 'not-text', 'The text has a NUL character.', placeAt(text, at));
  if (key.endsWith('.json')) return jsonProblem(key, text);
  return /\.ya?ml$/.test(key) ? yamlProblem(key, text) : undefined;
}

/** The fault for what somebody wanted to write. */
export function contentFault({ path, sentence, line, column }: ContentProblem): Fault {
  const at = line === null || column === null ? {} : { at: { file: path, line, column } };
  return new Fault('MEMORY_CONTENT_INVALID', `${path} cannot hold that: ${sentence}`, {
    ...at,
    state: 'Nothing was changed.',
  });
}

function jsonProblem(key: string, text: string): ContentProblem | undefined {
  const found = findJsonProblem(text);
  if (found === undefined) return undefined;
  return problem(key, found.isCut ? 'half-written' : 'malformed', found.sentence, placeAt(text, found.offset));
}

function yamlProblem(key: string, text: string): ContentProblem | undefined {
  const deep = text.length > MAX_YAML_SIZE ? undefined : findDeepNesting(text);
  if (deep !== undefined) {
    const sentence = `Lists and fields are nested too deeply: ${MAX_YAML_DEPTH} levels are the most that is read.`;
    return problem(key, 'malformed', sentence, placeAt(text, deep));
  }
  try {
    parseYaml({ file: key, text });
    return undefined;
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return problem(key, 'malformed', error.message, error.at);
  }
}

/** What is said of a file with more bytes than an entry may have. */
export function tooLarge(key: string, nBytes: number): ContentProblem {
  return problem(key, 'too-large', `It has ${nBytes} bytes; an entry has ${maxMemoryBytes} at most.`);
}

function problem(
  path: string,
  kind: ContentProblem['kind'],
  sentence: string,
  place?: { readonly line: number; readonly column: number },
): ContentProblem {
  return { path, kind, sentence, line: place?.line ?? null, column: place?.column ?? null };
}

function placeAt(text: string, offset: number): { readonly line: number; readonly column: number } {
  const before = text.slice(0, offset);
  return { line: before.split('\n').length, column: offset - before.lastIndexOf('\n') };
}

function decode(bytes: Uint8Array, end: number, options?: { stream: boolean }): string {
  return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes.subarray(0, end), options);
}

/** By halves: what comes before the first bad byte can be decoded, what goes beyond it cannot. */
function firstBadByte(bytes: Uint8Array): number {
  let good = 0;
  for (let bad = bytes.length + 1; bad - good > 1;) {
    const middle = Math.floor((good + bad) / 2);
    try {
      decode(bytes, middle, { stream: true });
      good = middle;
    } catch {
      bad = middle;
    }
  }
  return good;
}
