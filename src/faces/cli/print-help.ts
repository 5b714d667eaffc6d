import type { Operation } from '../../app/operation.ts';
import type { CommandLine } from './command-line.ts';
import { membersOf, type OperationTable, requireCommand } from './commands.ts';
import { groupHelp, operationHelp, overview } from './help.ts';
import type { Sink } from './streams.ts';

/** Prints the help that was asked for: `--help`, `help --all`, `help review`, `review show --help`. */
export async function printHelp(
  { tokens }: CommandLine,
  allWords: readonly string[],
  out: Sink,
  table: OperationTable,
): Promise<number> {
  const words = allWords[0] === 'help' ? allWords.slice(1) : allWords;
  const [group, verb] = words;
  if (group === undefined) {
    out.write(overview(await loadAll(table), { everydayOnly: !tokens.some(({ text }) => text === '--all') }));
    return 0;
  }
  const members = membersOf(group, table);
  if (verb === undefined && members.length > 0) {
    out.write(
      groupHelp(
        group,
        await loadAll(
          Object.fromEntries(members.flatMap((key) => (table[key] === undefined ? [] : [[key, table[key]]]))),
        ),
      ),
    );
    return 0;
  }
  const { key } = requireCommand(words, table);
  for (const operation of await loadAll({ [key]: table[key] ?? missing })) out.write(operationHelp(operation));
  return 0;
}

const missing = (): never => {
  throw new Error('the operation is missing');
};

const loadAll = (table: OperationTable): Promise<Operation[]> =>
  Promise.all(Object.values(table).map((load) => load()));
