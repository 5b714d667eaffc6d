import type { Position } from '../../base/fault.ts';
import { maskPasswords } from './mask.ts';

/** A way into a value, as zod writes it: `['steps', 0, 'needs']`. */
export type ValuePath = readonly PropertyKey[];

/** Where the parts of a parsed value stand in its file. A part that is absent is where its nearest parent is. */
export interface Locator {
  /** Position of the value at the path. */
  value(path: ValuePath): Position;
  /** Position of the key that the path ends in; of the value for an item of a list. */
  key(path: ValuePath): Position;
}

/** A value with the places of its parts. */
export interface Located<T> {
  readonly value: T;
  readonly locate: Locator;
}

/** A text to point into: the whole file, so that the lines are those of the editor. */
export interface LocatedText {
  readonly file: string;
  readonly text: string;
}

/** Returns the position of a character: line and column count from 1, in UTF-16 units. */
export function positionAt({ file, text }: LocatedText, offset: number): Position {
  const end = Math.max(0, Math.min(offset, text.length));
  const lineStart = end === 0 ? 0 : text.lastIndexOf('\n', end - 1) + 1;
  const nextBreak = text.indexOf('\n', lineStart);
  const lineText = text.slice(lineStart, nextBreak === -1 ? text.length : nextBreak);
  return {
    file,
    line: countLineBreaks(text, lineStart) + 1,
    column: end - lineStart + 1,
    text: maskPasswords(lineText.endsWith('\r') ? lineText.slice(0, -1) : lineText),
  };
}

/** Returns the path as a JSON pointer (RFC 6901): `/steps/0/needs`, and the empty text for the whole value. */
export function pointer(path: ValuePath): string {
  return path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

/** Returns the path as people write it: `steps[0].needs`. */
export function pathText(path: ValuePath): string {
  let text = '';
  for (const part of path) text += typeof part === 'number' ? `[${part}]` : `${text === '' ? '' : '.'}${String(part)}`;
  return text;
}

/** Offsets of every part, by JSON pointer. */
export interface PartOffsets {
  readonly values: ReadonlyMap<string, number>;
  readonly keys: ReadonlyMap<string, number>;
}

/** Creates the locator of a value whose parts stand at the offsets. */
export function locatorOf(source: LocatedText, offsets: PartOffsets): Locator {
  const find = (path: ValuePath, prefer: 'key' | 'value'): Position => {
    for (let length = path.length; length >= 0; length -= 1) {
      const at = pointer(path.slice(0, length));
      const isWhole = length === path.length;
      const offset = (isWhole && prefer === 'value' ? undefined : offsets.keys.get(at)) ?? offsets.values.get(at);
      if (offset !== undefined) return positionAt(source, offset);
    }
    return positionAt(source, 0);
  };
  return { value: (path) => find(path, 'value'), key: (path) => find(path, 'key') };
}

function countLineBreaks(text: string, end: number): number {
  let count = 0;
  for (let at = text.indexOf('\n'); at !== -1 && at < end; at = text.indexOf('\n', at + 1)) count += 1;
  return count;
}
