import type { YAMLParseError } from 'yaml';

/** What is wrong, and what to do about it. */
export type Complaint = readonly [sentence: string, remedy: string];

const QUOTES = "Put the whole value in quotes: 'like this'";

/** What a person probably did, by the error code of the parser and, where a code stands for several things, by its message (https://eemeli.org/yaml/#errors). */
const sentences: readonly (readonly [code: YAMLParseError['code'], message: RegExp, ...Complaint])[] = [
  [
    'BAD_DQ_ESCAPE',
    /./,
    'This backslash sequence is not known. Write \\\\ for a backslash, or use single quotes.',
    'Use single quotes.',
  ],
  [
    'BAD_INDENT',
    /^Flow/,
    'This bracket is never closed.',
    'Close it with ] or }, on this line or indented further than it.',
  ],
  [
    'BAD_INDENT',
    /./,
    'The indentation does not fit the lines above.',
    'Begin the line under the first letter of the field or item that it belongs beside.',
  ],
  ['BAD_SCALAR_START', /./, 'A value that starts with this character has to be in quotes.', QUOTES],
  [
    'BLOCK_AS_IMPLICIT_KEY',
    /./,
    'There is a second colon, or the next line is indented too far. A text with a colon and a space has to be in quotes.',
    QUOTES,
  ],
  [
    'BLOCK_IN_FLOW',
    /./,
    'Inside [ ] and { } everything has to be written with commas.',
    'Close the bracket, or write commas instead of lines with "-".',
  ],
  [
    'KEY_OVER_1024_CHARS',
    /./,
    'A key is longer than 1024 characters: a colon or a quote is missing further up.',
    'Look for the last line that is right, and close the quote or write the colon below it.',
  ],
  ['MISSING_CHAR', /^Missing closing/, 'This quote is never closed.', 'Close it with the same quote.'],
  [
    'MISSING_CHAR',
    /^Implicit map keys/,
    'A colon is missing after this name, or the line is not indented far enough.',
    'Write name: value, with a space behind the colon.',
  ],
  [
    'MISSING_CHAR',
    /^Sequence item/,
    'This line is indented less than the item that it belongs to.',
    'Begin it under the first letter of the other fields of the item.',
  ],
  ['MISSING_CHAR', /^Flow/, 'This bracket is never closed.', 'Close it with ] or }.'],
  [
    'MULTILINE_IMPLICIT_KEY',
    /./,
    'A key has to be on one line: a colon is missing, or a line is indented too far.',
    'Write name: value, with a space behind the colon.',
  ],
  ['NON_STRING_KEY', /./, 'A key has to be plain text.', 'Write the name of a field.'],
  ['TAB_AS_INDENT', /./, 'Tabs are not allowed as indentation: use spaces.', 'Replace the tab by spaces.'],
  [
    'UNEXPECTED_TOKEN',
    /block-seq-ind on same line/,
    'A list has to start on the next line.',
    'Move the "-" to a line of its own.',
  ],
  ['UNEXPECTED_TOKEN', /, in flow/, 'There is a comma too many.', 'Take it out.'],
  [
    'UNEXPECTED_TOKEN',
    /at node end/,
    'Something stands behind a value that is already complete, or a list and fields are mixed.',
    'Put the value in quotes, or begin a new line.',
  ],
];

/** What is well-formed YAML, and not read here. */
export const yamlComplaints = {
  tooLarge: ['The file is larger than 256 KiB, the most that is read.', 'Take out what is not a definition.'],
  noText: [
    'The text has a character that is not text: the file is damaged or not UTF-8.',
    'Take the character out, and save the file as UTF-8.',
  ],
  conflict: [
    'A merge of git left its marks here: two versions of the lines below.',
    'Choose one of the two, and take out the lines that start with <<<<<<<, ======= and >>>>>>>.',
  ],
  tooDeep: [
    'Lists and fields are nested too deeply: 32 levels are the most that is read.',
    'Close the brackets further up: no definition needs more than 5 levels.',
  ],
  empty: ['The file is empty.', 'Write its fields, or take the file away.'],
  secondDocument: ['A second document starts here; a file holds one.', 'Move what follows to a file of its own.'],
  directive: ['Directives (lines that start with %) are not read.', 'Take the line out.'],
  alias: [
    'Aliases (*name) are not read: write the value out.',
    'Write the value itself; a text that begins with * goes in quotes.',
  ],
  anchor: [
    'Anchors (&name) are not read: write the value out.',
    'Take the &name out; a text that begins with & goes in quotes.',
  ],
  tag: [
    'Tags (!name) are not read: write the plain value.',
    'Take the !name out; a text that begins with ! goes in quotes.',
  ],
  keyNoText: ['A key has to be plain text.', 'Write the name of a field.'],
  keyTagged: ['A key has to be plain text, without tag or anchor.', 'Write the name of the field alone.'],
  merge: ['Merge keys (<<) are not read: write the fields out.', 'Write the fields themselves.'],
  escape: ['The text has an escape for a character that is not text.', 'Take the escape out.'],
  notFinite: ['Only finite numbers are read.', 'Write a number with digits, or put the text in quotes.'],
  tooManyDigits: ['The number has more digits than can be kept: put it in quotes.', 'Put it in quotes.'],
} as const satisfies Readonly<Record<string, Complaint>>;

/** Tells whether the complaint is about something that opens; it is best shown there, not where the parser gave up. */
export function isUnclosed({ code, message }: YAMLParseError): boolean {
  return (code === 'MISSING_CHAR' || code === 'BAD_INDENT') && /^(?:Flow|Missing closing)/.test(message);
}

/** Returns the parser's complaint as a sentence about the file, and what to do about it. */
export function syntaxComplaint({ code, message }: YAMLParseError): Complaint {
  const known = sentences.find(([knownCode, pattern]) => knownCode === code && pattern.test(message));
  if (known === undefined)
    return [`The file is not well-formed YAML: ${message}.`, 'Look at this line and the one above.'];
  return [known[2], known[3]];
}
