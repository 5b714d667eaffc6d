import type { Operation } from '../../app/operation.ts';
import { operations } from '../../app/operations/index.gen.ts';
import { suggestion } from '../../app/suggest.ts';
import { Fault } from '../../base/fault.ts';

export type OperationTable = Readonly<Record<string, () => Promise<Operation>>>;

/** Every operation by the name of its file. */
export const allOperations = operations as unknown as OperationTable;

/** What a group without a verb means: the first of these that it has. */
const DEFAULT_VERBS = ['list', 'status', 'tail'] as const;

/** Commands whose dash is part of their one word. */
const DASHED: ReadonlySet<string> = new Set(['next-actions', 'worktrees-init']);

/** What people of other tools type for a command of ours. */
const ALSO_TYPED: Readonly<Record<string, string>> = {
  'hooks-pre-bash': 'hooks-pre-command',
  'hooks-post-bash': 'hooks-post-command',
};

/** A word of fewer letters is no beginning of another one. */
const SHORTEST_BEGINNING = 3;

/** Which command the first words of the command line name, and how many of them. */
export interface FoundCommand {
  /** Name of the operation's file. */
  readonly key: string;
  readonly nWords: number;
}

/**
 * Finds the command. `review list` is the file `review-list`, and may be typed so; a group alone is its list.
 * Fault: `USAGE_UNKNOWN_COMMAND` with the nearest command.
 */
export function requireCommand(words: readonly string[], table: OperationTable = allOperations): FoundCommand {
  const [first = '', second] = words;
  const also = ALSO_TYPED[`${first}-${second ?? ''}`];
  if (also !== undefined && Object.hasOwn(table, also)) return { key: also, nWords: 2 };
  if (second !== undefined && Object.hasOwn(table, `${first}-${second}`))
    return { key: `${first}-${second}`, nWords: 2 };
  if (Object.hasOwn(table, first)) return { key: first, nWords: 1 };
  const verbs = verbsOf(first, table);
  const verb = DEFAULT_VERBS.find((one) => verbs.includes(one));
  if (second === undefined && verb !== undefined) return { key: `${first}-${verb}`, nWords: 1 };
  throw unknownCommand(words, verbs, table);
}

/** Returns `review list` for `review-list`. Only the first dash parts words, and none of a command of one word. */
export const commandName = (key: string): string => (DASHED.has(key) ? key : key.replace('-', ' '));

/** Returns the second words of the commands that begin with this one. */
const verbsOf = (group: string, table: OperationTable): readonly string[] =>
  membersOf(group, table).map((key) => key.slice(group.length + 1));

/** Returns the keys of a group's commands; none for a command of one word. */
export const membersOf = (group: string, table: OperationTable): readonly string[] =>
  Object.keys(table).filter((key) => commandName(key).startsWith(`${group} `));

function unknownCommand(
  [first = '', second]: readonly string[],
  verbs: readonly string[],
  table: OperationTable,
): Fault {
  if (verbs.length > 0) {
    const near = second === undefined ? undefined : suggestion(second, verbs);
    const has = `${first} has ${verbs.join(', ')}`;
    return new Fault(
      'USAGE_UNKNOWN_COMMAND',
      second === undefined
        ? `${first} needs one more word: ${has}.`
        : `There is no command ${first} ${second}: ${has}.`,
      {
        hints: near === undefined ? [`orchestrate help ${first}`] : [`orchestrate ${first} ${near}`],
      },
    );
  }
  const words = [
    ...new Set(
      Object.keys(table)
        .map(commandName)
        .flatMap((name) => [name, name.split(' ')[0] ?? name]),
    ),
  ];
  const near =
    suggestion(second === undefined ? first : `${first} ${second}`, words) ??
    suggestion(first, words) ??
    words.find((word) => first.length >= SHORTEST_BEGINNING && word.startsWith(first) && !word.includes(' '));
  return new Fault(
    'USAGE_UNKNOWN_COMMAND',
    `There is no command ${first}.${near === undefined ? '' : ` Did you mean ${near}?`}`,
    {
      hints: near === undefined ? ['orchestrate --help'] : [`orchestrate ${near}`, 'orchestrate --help'],
    },
  );
}
