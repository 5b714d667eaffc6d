/**
 * Characters that steer a terminal, turn the writing direction or cannot be seen: controls (C0, DEL, C1), bidi marks and
 * overrides, zero-width and filler characters, line separators, tag characters, lone surrogates.
 */
const unsafe =
  // eslint-disable-next-line no-control-regex -- these are the characters that must not get through
  /[\u0000-\u001F\u007F-\u009F\u00AD\u061C\u115F\u1160\u17B4\u17B5\u180B-\u180F\u200B-\u200F\u2028-\u202E\u2060-\u206F\u3164\uFEFF\uFFA0\uFFF9-\uFFFB]|[\u{E0000}-\u{E0FFF}]|\p{Cs}/gu;

/**
 * Returns text that comes from anywhere (file names, log lines, titles, messages of commits) so that it shows as one
 * line and does nothing else: unsafe characters become visible escapes, a line feed becomes `\n`.
 */
export function displayText(text: string): string {
  return text.replace(unsafe, visibleEscape);
}

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
  return `${JSON.stringify(value, null, 2).replace(unsafe, (character) => (character === '\n' ? character : unitEscapes(character)))}\n`;
}

function visibleEscape(character: string): string {
  const named = { '\n': '\\n', '\r': '\\r', '\t': '  ' }[character];
  if (named !== undefined) return named;
  const code = character.codePointAt(0) ?? 0;
  return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u{${code.toString(16)}}`;
}

function unitEscapes(character: string): string {
  return Array.from(
    { length: character.length },
    (_, index) => `\\u${character.charCodeAt(index).toString(16).padStart(4, '0')}`,
  ).join('');
}
