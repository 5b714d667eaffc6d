import { visibleText } from '../../base/visible-text.ts';

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
  '`': '&#96;',
  '=': '&#61;',
};

/** Returns text so that a browser shows it and obeys nothing of it, in an element or in a quoted attribute. */
export const htmlText = (text: string): string =>
  visibleText(text).replace(/[&<>"'`=]/g, (character) => entities[character] ?? '');

/** What begins markup wherever it stands; an underscore inside of a word does not. */
const marks = /[\\`*[\]<>&|~]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])/g;
/** What makes a line something else than text. */
const lineStart = /^(\s*)([#+=-]|\d+(?=[.)]))/;

/** What GitHub makes a link of by itself, without the marks behind it. Escapes do not keep every reader from that; a code span does. */
const address =
  /((?:(?:https?|ftp):\/\/|www\.|mailto:|xmpp:|(?<![\w.+-])[\w.+-]+@[\w-]+\.)[^\s`|]*[^\s`|.,;:!?)\]}'"*_~<>])/i;

/**
 * Returns text as Markdown that shows it as it is: one line, no markup, no HTML, no link: an address stands in a code span. It stays
 * readable as plain text.
 */
export const markdownText = (text: string): string =>
  visibleText(text)
    .split(address)
    .map((part, at) => (at % 2 === 1 ? markdownCode(part) : withoutMarks(part)))
    .join('')
    .replace(lineStart, (_, blanks: string, mark: string) =>
      /^\d/.test(mark) ? `${blanks}${mark.slice(0, -1)}&#${mark.charCodeAt(mark.length - 1)};` : `${blanks}\\${mark}`,
    );

const withoutMarks = (text: string): string =>
  text.replace(marks, (mark) => (mark === '<' ? '&lt;' : mark === '&' ? '&amp;' : `\\${mark}`));

/** Returns text as a code span that nothing in it can end. */
export function markdownCode(text: string): string {
  const shown = visibleText(text);
  const longest = Math.max(0, ...[...shown.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  return longest === 0 ? `${fence}${shown}${fence}` : `${fence} ${shown} ${fence}`;
}
