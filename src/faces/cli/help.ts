import type { Operation } from '../../app/operation.ts';
import { optionsOf, type OperationOption } from '../../app/options.ts';

const WRAP = 88;

/** What people can say about the exit status; `docs/errors.md` has the codes. */
export const exitLines = [
  '0 ok · 1 failed · 2 usage · 3 busy · 4 not found · 5 conflict · 6 something outside failed',
  '7 waiting for a person · 70 bug · 130 interrupted',
];

/** Options that every command takes, and what they do. */
export const globalOptions: readonly (readonly [string, string])[] = [
  ['--json', 'Print the answer as JSON and nothing else.'],
  ['--home DIR', 'The installation around this folder instead of the one around you.'],
  ['--verbose', 'Say more when something goes wrong.'],
  ['-h, --help', 'Show this help.'],
];

/** Returns the page of `--help` (`everyday`) or `help --all`. */
export function overview(operations: readonly Operation[], options: { everydayOnly: boolean }): string {
  const shown = options.everydayOnly
    ? operations.filter(({ everyday }) => everyday === true).sort((a, b) => rankOf(a) - rankOf(b))
    : operations;
  const rows = shown.map((operation): readonly [string, string] => [usageWords(operation), operation.summary]);
  return [
    'orchestrate looks after an AI installation: every change is previewed, proven by booting',
    'it, reviewed, merged and tagged so that it can be undone exactly.',
    '',
    options.everydayOnly ? 'Everyday commands:' : 'Commands:',
    ...columns(rows),
    '',
    'Options of every command:',
    ...columns(globalOptions),
    '',
    `Exit status: ${exitLines.join('\n             ')}`,
    '',
    ...(options.everydayOnly
      ? ['More: orchestrate help --all · orchestrate help <command>']
      : ['More: orchestrate help <command>']),
    'Begin: orchestrate init <new folder> --comfyui <ComfyUI folder> --dry-run',
    '',
  ].join('\n');
}

/** The order in which people meet the everyday commands. */
const everydayOrder = ['init', 'run', 'status', 'review', 'undo', 'restore', 'diagnose', 'schedule', 'serve', 'doctor'];

function rankOf({ name }: Operation): number {
  const at = everydayOrder.indexOf(name.split(' ')[0] ?? '');
  return at < 0 ? everydayOrder.length : at;
}

/** Returns the help page of one operation. */
export function operationHelp(operation: Operation): string {
  const options = optionsOf(operation);
  const positional = options.filter(({ isPositional }) => isPositional);
  const named = options.filter(({ isPositional }) => !isPositional);
  return [
    `orchestrate ${usageWords(operation)}${named.length === 0 ? '' : ' [options]'}`,
    '',
    operation.summary,
    ...(operation.description === undefined ? [] : ['', ...wrapped(operation.description, WRAP)]),
    ...(positional.length === 0
      ? []
      : ['', 'Arguments:', ...columns(positional.map((option) => [`<${option.name}>`, described(option)]))]),
    '',
    'Options:',
    ...columns([
      ...named.map((option): readonly [string, string] => [flagText(option), described(option)]),
      ...globalOptions,
    ]),
    '',
    'Examples:',
    ...operation.examples.flatMap(({ command, explains }) => [`  ${command}`, `      ${explains}`]),
    '',
    `Exit status: ${exitLines.join('\n             ')}`,
    '',
  ].join('\n');
}

/** Returns the page of a group: `review` alone. */
export function groupHelp(group: string, operations: readonly Operation[]): string {
  return [
    `orchestrate ${group} <command>`,
    '',
    'Commands:',
    ...columns(operations.map((operation): readonly [string, string] => [usageWords(operation), operation.summary])),
    '',
    `More: orchestrate help ${group} <command>`,
    '',
  ].join('\n');
}

/** Returns `review show <change>`. */
export function usageWords(operation: Operation): string {
  const positional = optionsOf(operation).filter(({ isPositional }) => isPositional);
  return [
    operation.name,
    ...positional.map(
      ({ name, isRequired, type }) => `${isRequired ? `<${name}>` : `[${name}]`}${type === 'strings' ? '…' : ''}`,
    ),
  ].join(' ');
}

/** Returns `--until UNTIL`, or the flag alone when it takes no value. */
export function flagText({ flag, type, choices, name }: OperationOption): string {
  if (type === 'boolean') return flag;
  return `${flag} ${choices === null ? valueName(name, type) : choices.join('|')}`;
}

const valueName = (name: string, type: OperationOption['type']): string =>
  type === 'number' ? 'N' : name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase();

/** Returns the description with choices and default. */
export function described({ description, default: standard, choices, isPositional }: OperationOption): string {
  const one = isPositional && choices !== null ? ` One of ${choices.join(', ')}.` : '';
  const usual =
    typeof standard === 'string' || typeof standard === 'number'
      ? ` Default: ${standard}.`
      : standard === true
        ? ' Default: yes.'
        : '';
  return `${description}${one}${usual}`;
}

function columns(rows: readonly (readonly [string, string])[]): string[] {
  const width = Math.min(30, Math.max(0, ...rows.map(([name]) => name.length)));
  return rows.flatMap(([name, text]) => {
    const [first = '', ...rest] = wrapped(text, WRAP - width - 4);
    const indent = ' '.repeat(width + 4);
    const head = name.length > width ? [`  ${name}`, `${indent}${first}`] : [`  ${name.padEnd(width)}  ${first}`];
    return [...head, ...rest.map((line) => `${indent}${line}`)];
  });
}

function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + word.length + 1 > width) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
}
