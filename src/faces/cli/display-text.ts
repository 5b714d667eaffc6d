import { unseenCharacters, visibleEscape, visibleText } from '../../base/visible-text.ts';

/** Text from anywhere as one line that does nothing: the last word before a terminal. */
export const displayText = visibleText;

/** Marks that join the letter before them: of two names that look alike only the bytes differ. */
const combining = /\p{M}/gu;

/**
 * Returns the name of a file or anything else of which two must not look alike: as `displayText`, and where it is not written in
 * composed letters (NFC, as keyboards type them) its combining marks are escapes: `cafe\u{301}` beside `café`. Blanks at its ends are in
 * quotes.
 */
export function nameText(name: string): string {
  const told = name === name.normalize('NFC') ? name : name.replace(combining, visibleEscape);
  const text = displayText(told.replaceAll('\t', '\\t'));
  return /^\s|\s$/u.test(name) || name === '' ? `"${text}"` : text;
}

/** Returns the value as JSON that is safe to look at: unsafe characters are `\uXXXX` escapes, which programs read back. */
export function jsonText(value: unknown): string {
  return `${JSON.stringify(value, null, 2).replace(unseenCharacters, (character) => (character === '\n' ? character : unitEscapes(character)))}\n`;
}

/** Returns the value as JSON on one line, for NDJSON. */
export const jsonLine = (value: unknown): string => `${JSON.stringify(value).replace(unseenCharacters, unitEscapes)}\n`;

function unitEscapes(character: string): string {
  return Array.from(
    { length: character.length },
    (_, index) => `\\u${character.charCodeAt(index).toString(16).padStart(4, '0')}`,
  ).join('');
}
