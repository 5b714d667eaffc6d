/** Characters of a quotation. */
const longest = 300;

const hidden: readonly (readonly [RegExp, string])[] = [
  [/\b[a-z][a-z0-9+.-]{1,12}:\/\/\S+/gi, '<address>'],
  [/\b(\w{0,30}(?:token|secret|passw(?:or)?d|api[_-]?key))(["']?\s?[=:]\s?)\S+/gi, '$1$2<hidden>'],
  [/(?<![\w-])(?=[\w-]{0,200}\d)(?=[\w-]{0,200}[A-Za-z])[\w-]{32,}/g, '<hidden>'],
  // Of a path its last name says where; the rest says whose.
  [/(?<![\w.])~?\/(?:[^\s/'":,()]+\/)+/g, '…/'],
];

/** Returns a line of a log for whoever reads a report: addresses, tokens and folders stay in the log. */
export const quoteLine = (line: string): string =>
  hidden.reduce((text, [pattern, instead]) => text.replace(pattern, instead), line.trim()).slice(0, longest);
