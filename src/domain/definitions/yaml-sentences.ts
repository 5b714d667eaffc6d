import type { YAMLParseError } from 'yaml';

/** What a person probably did, by the error code of the parser and, where a code stands for several things, by its message (https://eemeli.org/yaml/#errors). */
const sentences: readonly (readonly [code: YAMLParseError['code'], message: RegExp, sentence: string])[] = [
  ['BAD_DQ_ESCAPE', /./, 'This backslash sequence is not known. Write \\\\ for a backslash, or use single quotes.'],
  ['BAD_INDENT', /^Flow/, 'This bracket is never closed.'],
  ['BAD_INDENT', /./, 'The indentation does not fit the lines above.'],
  ['BAD_SCALAR_START', /./, 'A value that starts with this character has to be in quotes.'],
  [
    'BLOCK_AS_IMPLICIT_KEY',
    /./,
    'There is a second colon, or the next line is indented too far. A text with a colon and a space has to be in quotes.',
  ],
  ['BLOCK_IN_FLOW', /./, 'Inside [ ] and { } everything has to be written with commas.'],
  ['KEY_OVER_1024_CHARS', /./, 'A key is longer than 1024 characters: a colon or a quote is missing further up.'],
  ['MISSING_CHAR', /^Missing closing/, 'This quote is never closed.'],
  ['MISSING_CHAR', /^Implicit map keys/, 'A colon is missing after this name, or the line is not indented far enough.'],
  ['MISSING_CHAR', /^Flow/, 'This bracket is never closed.'],
  ['MULTILINE_IMPLICIT_KEY', /./, 'A key has to be on one line: a colon is missing, or a line is indented too far.'],
  ['NON_STRING_KEY', /./, 'A key has to be plain text.'],
  ['TAB_AS_INDENT', /./, 'Tabs are not allowed as indentation: use spaces.'],
  ['UNEXPECTED_TOKEN', /block-seq-ind on same line/, 'A list has to start on the next line.'],
  ['UNEXPECTED_TOKEN', /, in flow/, 'There is a comma too many.'],
  [
    'UNEXPECTED_TOKEN',
    /at node end/,
    'Something stands behind a value that is already complete, or a list and fields are mixed.',
  ],
];

/** Tells whether the complaint is about something that opens; it is best shown there, not where the parser gave up. */
export function isUnclosed({ code, message }: YAMLParseError): boolean {
  return (code === 'MISSING_CHAR' || code === 'BAD_INDENT') && /^(?:Flow|Missing closing)/.test(message);
}

/** Returns the parser's complaint as a sentence about the file. */
export function syntaxSentence({ code, message }: YAMLParseError): string {
  const known = sentences.find(([knownCode, pattern]) => knownCode === code && pattern.test(message));
  return known?.[2] ?? `The file is not well-formed YAML: ${message}.`;
}
