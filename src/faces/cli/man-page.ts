import type { Operation } from '../../app/operation.ts';
import { optionsOf } from '../../app/options.ts';
import { described, exitLines, flagText, globalOptions, usageWords } from './help.ts';

/** What is read from the environment, and what for. */
const environment: readonly (readonly [string, string])[] = [
  ['NO_COLOR', 'No colour where it is set and not empty.'],
  ['FORCE_COLOR', 'Colour also where no terminal is; 0 or false: none. Goes before NO_COLOR.'],
  ['XDG_STATE_HOME', 'Where the record of installations lies. Default: ~/.local/state.'],
  ['XDG_CACHE_HOME', 'Where what can be fetched again lies. Default: ~/.cache.'],
  ['HTTPS_PROXY, HTTP_PROXY', 'Proxy for indexes and remotes.'],
  ['PIP_CERT, SSL_CERT_FILE, REQUESTS_CA_BUNDLE', 'Certificates that are trusted besides.'],
];

const files: readonly (readonly [string, string])[] = [
  ['orchestrate.yaml', 'Settings of an installation; the folder that holds it is its home.'],
  ['agents/, trees/, playbooks/', 'Definitions of the installation, beside the built-in ones.'],
  ['sessions/', 'A report of each run.'],
  ['memory/', 'What agents know, as files that you may edit.'],
  [
    '~/.local/state/orchestrate/<id>/',
    'Journal, history and keys: the record that the installation cannot do without.',
  ],
];

/** Returns the manual page of the program, for `man orchestrate`: every command with its options and examples. */
export function manPage(operations: readonly Operation[], version: string): string {
  return [
    `.TH ORCHESTRATE 1 "" "orchestrate ${version}" "User Commands"`,
    '.SH NAME',
    'orchestrate \\- looks after an AI installation, so that every change can be undone exactly',
    '.SH SYNOPSIS',
    '.B orchestrate',
    '.RI [ command ]',
    '.RI [ options ]',
    '.SH DESCRIPTION',
    text(
      'Every change is previewed, proven by booting the service from the exact files, reviewed, merged and tagged so that it can be undone exactly. Without a command the state is shown in five lines.',
    ),
    '.PP',
    text(
      'The answer goes to standard output, narration to standard error. Numbers behind sentences, like #123, name the journal row that says so.',
    ),
    '.SH OPTIONS OF EVERY COMMAND',
    ...globalOptions.flatMap(term),
    '.SH COMMANDS',
    ...operations.flatMap(command),
    '.SH EXIT STATUS',
    ...exitLines.flatMap((line) => [text(line), '.br']),
    '.SH ENVIRONMENT',
    ...environment.flatMap(term),
    '.SH FILES',
    ...files.flatMap(term),
    '.SH SEE ALSO',
    text('orchestrate help --all, git(1)'),
    '',
  ].join('\n');
}

function command(operation: Operation): readonly string[] {
  const { summary, description, examples } = operation;
  return [
    `.SS ${text(`orchestrate ${usageWords(operation)}`)}`,
    text(summary),
    ...(description === undefined ? [] : ['.PP', text(description)]),
    ...optionsOf(operation).flatMap((option) =>
      term([option.isPositional ? `<${option.name}>` : flagText(option), described(option)]),
    ),
    ...examples.flatMap(({ command: typed, explains }) => [
      '.PP',
      text(explains),
      '.RS',
      '.nf',
      text(typed),
      '.fi',
      '.RE',
    ]),
  ];
}

const term = ([name, meaning]: readonly [string, string]): readonly string[] => [
  '.TP',
  `.B ${text(name)}`,
  text(meaning),
];

/** Text as roff shows it: a backslash and a hyphen are themselves, no line begins a request, and what is not ASCII goes by its number. */
const text = (one: string): string =>
  one
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replaceAll('\n', ' ')
    .replace(/[^ -~]/gu, (letter) => `\\[u${(letter.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}]`)
    .replace(/^([.'])/, '\\&$1');
