import type { Operation } from '../../app/operation.ts';
import { optionsOf, type OperationOption } from '../../app/options.ts';
import { suggestion } from '../../app/suggest.ts';
import { Fault } from '../../base/fault.ts';
import { positionOf, type CommandLine, type Token } from './command-line.ts';

/** Values as they were typed, and where. */
interface Typed {
  readonly values: Record<string, unknown>;
  readonly places: Map<string, number>;
}

/**
 * Returns the input of the operation: tokens after the command's words, checked by its schema.
 * Fault: `USAGE_BAD_ARGUMENT` with the place in the command line.
 */
export function parseInput(operation: Operation, line: CommandLine, nWords: number): unknown {
  const options = optionsOf(operation);
  const typed: Typed = { values: {}, places: new Map() };
  const rest = line.tokens.slice(nWords);
  const positional = options.filter(({ isPositional }) => isPositional);
  let nPositional = 0;
  for (let index = 0; index < rest.length; index += 1) {
    const token = rest[index];
    if (token === undefined) break;
    if (token.text.startsWith('-') && token.text !== '-' && !token.isLiteral) {
      index += readOption({ token, next: rest[index + 1], options, typed, line, operation });
      continue;
    }
    const option = positional[nPositional];
    if (option === undefined) throw tooMany(operation, line, token, rest);
    set(typed, option, token.text, token.at);
    if (option.type !== 'strings') nPositional += 1;
  }
  requireAll(operation, options, typed);
  return checked(operation, options, typed, line);
}

/** Reads `--flag`, `--no-flag`, `--flag value`, `--flag=value`, and names in camelCase. Returns how many further tokens it took. */
function readOption({
  token,
  next,
  options,
  typed,
  line,
  operation,
}: {
  token: Token;
  next: Token | undefined;
  options: readonly OperationOption[];
  typed: Typed;
  line: CommandLine;
  operation: Operation;
}): number {
  const [flag = '', ...rest] = token.text.split('=');
  const value = rest.length === 0 ? undefined : rest.join('=');
  const option = findOption(operation, options, flag);
  const negated = options.find((one) => one.type === 'boolean' && `--no-${one.flag.slice(2)}` === flag);
  const at = positionOf(line.argv, token.at);
  if (negated !== undefined && value === undefined) {
    set(typed, negated, false, token.at);
    return 0;
  }
  if (option === undefined) throw unknownOption(operation, options, flag, line, token);
  if (option.type === 'boolean') {
    const isNext = value === undefined && takesWord(operation, next);
    const word = isNext ? next?.text : value;
    const said = word === undefined ? true : booleanWords.get(word.toLowerCase());
    if (said === undefined)
      throw new Fault('USAGE_BAD_ARGUMENT', `${flag} takes no value but true or false.`, {
        at,
        hints: [helpOf(operation)],
      });
    set(typed, option, said, token.at);
    return isNext ? 1 : 0;
  }
  const text = value ?? (next === undefined || (next.text.startsWith('--') && !next.isLiteral) ? undefined : next.text);
  if (text === undefined)
    throw new Fault('USAGE_BAD_ARGUMENT', `${flag} needs a value.`, { at, hints: [helpOf(operation)] });
  set(typed, option, text, value === undefined ? (next?.at ?? token.at) : token.at);
  return value === undefined ? 1 : 0;
}

/** Words that people write for yes and no. */
const booleanWords: ReadonlyMap<string, boolean> = new Map([
  ...['true', 'yes', 'on', '1'].map((word) => [word, true] as const),
  ...['false', 'no', 'off', '0'].map((word) => [word, false] as const),
]);

/** `--flag true`: where nothing is taken by position, a word for yes or no can mean nothing else. */
const takesWord = (operation: Operation, next: Token | undefined): boolean =>
  (operation.positional ?? []).length === 0 && next !== undefined && booleanWords.has(next.text.toLowerCase());

/** `--session-id`, `--sessionId`, and what the operation takes beside. */
function findOption(
  operation: Operation,
  options: readonly OperationOption[],
  flag: string,
): OperationOption | undefined {
  const also = operation.alsoTyped;
  const name = also !== undefined && Object.hasOwn(also, flag) ? also[flag] : undefined;
  return options.find(
    (one) => !one.isPositional && (one.name === name || one.flag === flag || `--${one.name}` === flag),
  );
}

function set({ values, places }: Typed, option: OperationOption, value: string | boolean, at: number): void {
  const before = values[option.name];
  if (option.type === 'strings') values[option.name] = [...(Array.isArray(before) ? before : []), value];
  else
    values[option.name] =
      option.type === 'number' && typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  places.set(option.name, at);
}

function requireAll(operation: Operation, options: readonly OperationOption[], { values }: Typed): void {
  const missing = options.find(({ name, isRequired }) => isRequired && values[name] === undefined);
  if (missing === undefined) return;
  const example = operation.examples[0]?.command;
  throw new Fault(
    'USAGE_BAD_ARGUMENT',
    `${operation.name} needs ${missing.isPositional ? `<${missing.name}>` : missing.flag}: ${missing.description}`,
    {
      hints: [...(example === undefined ? [] : [example]), helpOf(operation)],
    },
  );
}

function checked(
  operation: Operation,
  options: readonly OperationOption[],
  { values, places }: Typed,
  line: CommandLine,
): unknown {
  const result = operation.input.safeParse(values);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  const name = String(issue?.path[0] ?? '');
  const option = options.find((one) => one.name === name);
  const label = option === undefined ? operation.name : option.isPositional ? `<${name}>` : option.flag;
  const at = places.get(name);
  throw new Fault(
    'USAGE_BAD_ARGUMENT',
    `${label} ${issue === undefined ? 'does not fit' : requirement(issue, option)}.`,
    {
      hints: [helpOf(operation)],
      ...(at === undefined ? {} : { at: positionOf(line.argv, at) }),
    },
  );
}

interface Issue {
  readonly code?: string;
  readonly message: string;
  readonly maximum?: number | bigint;
  readonly minimum?: number | bigint;
}

/** Returns what the value has to be. Messages of our own begin with `has to`; those of zod are put in our words. */
function requirement(issue: Issue, option: OperationOption | undefined): string {
  if (issue.message.startsWith('has to')) return issue.message;
  if (option !== undefined && option.choices !== null) return `has to be one of ${option.choices.join(', ')}`;
  if (issue.code === 'too_big' && option?.type === 'number') return `has to be at most ${String(issue.maximum)}`;
  if (issue.code === 'too_small' && option?.type === 'number') return `has to be at least ${String(issue.minimum)}`;
  if (option?.type === 'number') return 'has to be a whole number';
  return `does not fit: ${issue.message}`;
}

function unknownOption(
  operation: Operation,
  options: readonly OperationOption[],
  flag: string,
  line: CommandLine,
  token: Token,
): Fault {
  const known = [
    ...options.filter(({ isPositional }) => !isPositional).map((one) => one.flag),
    '--json',
    '--home',
    '--verbose',
    '--help',
  ];
  const near = suggestion(flag, known);
  return new Fault(
    'USAGE_BAD_ARGUMENT',
    `${operation.name} has no option ${flag}.${near === undefined ? '' : ` Did you mean ${near}?`}`,
    { at: positionOf(line.argv, token.at), hints: [helpOf(operation)] },
  );
}

function tooMany(operation: Operation, line: CommandLine, token: Token, rest: readonly Token[]): Fault {
  const nTaken = operation.positional?.length ?? 0;
  const words = rest.filter(({ text, isLiteral }) => isLiteral || !text.startsWith('-')).map(({ text }) => text);
  const isSentence = nTaken === 1 && ['goal', 'words', 'symptom'].includes(operation.positional?.[0] ?? '');
  return new Fault(
    'USAGE_BAD_ARGUMENT',
    nTaken === 0
      ? `${operation.name} takes no argument.`
      : `${operation.name} takes ${nTaken === 1 ? 'one argument' : `${nTaken} arguments`}, this is one more.`,
    {
      at: positionOf(line.argv, token.at),
      hints: isSentence ? [`orchestrate ${operation.name} ${JSON.stringify(words.join(' '))}`] : [helpOf(operation)],
    },
  );
}

const helpOf = (operation: Operation): string => `orchestrate ${operation.name} --help`;
