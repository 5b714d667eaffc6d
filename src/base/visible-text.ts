/**
 * Characters that steer a terminal, turn the writing direction or cannot be seen: controls (C0, DEL, C1), bidi marks and
 * overrides, zero-width and filler characters, line separators, tag characters, lone surrogates.
 */
export const unseenCharacters =
  // eslint-disable-next-line no-control-regex -- these are the characters that must not get through
  /[\u0000-\u001F\u007F-\u009F\u00AD\u061C\u115F\u1160\u17B4\u17B5\u180B-\u180F\u200B-\u200F\u2028-\u202E\u2060-\u206F\u3164\uFEFF\uFFA0\uFFF9-\uFFFB]|[\u{E0000}-\u{E0FFF}]|\p{Cs}/gu;

/**
 * Returns text that comes from anywhere (file names, log lines, titles, messages of commits) so that it shows as one
 * line and does nothing else: unsafe characters become visible escapes, a line feed becomes `\n`.
 */
export const visibleText = (text: string): string => text.replace(unseenCharacters, visibleEscape);

/** Returns the escape of one character: `\x1b`, `\u{202e}`; a tabulator becomes two blanks. */
export function visibleEscape(character: string): string {
  const named = { '\n': '\\n', '\r': '\\r', '\t': '  ' }[character];
  if (named !== undefined) return named;
  const code = character.codePointAt(0) ?? 0;
  return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u{${code.toString(16)}}`;
}
