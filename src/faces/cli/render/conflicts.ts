import type { ConflictsView } from '../../../app/views/conflicts-view.ts';
import { timeText } from '../../../app/views/text.ts';
import { nextLine } from '../failure.ts';
import { bad, dim, good, strong, warn, type Line, type Span } from '../line.ts';
import { table } from './table.ts';
import { rowsText } from './words.ts';

/** A matrix wider than this is told pair by pair only. */
const MOST_COLUMNS = 20;

/** Renders `conflicts`: the matrix, then pair by pair what both touch and what to do. */
export function renderConflicts({ works, pairs, atMs, row }: ConflictsView): readonly Line[] {
  const when = atMs === null || row === null ? [] : [dim(`looked at ${timeText(atMs)}${rowsText([row])}`)];
  if (works.length < 2)
    return [
      [
        good('✓ '),
        works.length === 0 ? 'nothing is open' : `only ${works[0]?.id ?? ''} is open: there is nothing to meet`,
      ],
    ];
  const ids = works.map(({ id }) => id);
  return [
    ...(works.length <= MOST_COLUMNS ? matrix(ids, pairs) : [[`${works.length} pieces of work`] satisfies Line]),
    when,
    ...(pairs.length === 0 ? [[good('✓ '), 'none of them stands in the way of another'] satisfies Line] : []),
    ...pairs.flatMap((pair) => ['', ...pairLines(pair, works)]),
  ];
}

function matrix(ids: readonly string[], pairs: ConflictsView['pairs']): readonly Line[] {
  const marks = new Map(
    pairs.flatMap(({ first, second, mark }) => [
      [`${first} ${second}`, mark],
      [`${second} ${first}`, mark],
    ]),
  );
  const cell = (one: string, other: string): Span => {
    const mark = marks.get(`${one} ${other}`);
    return one === other ? dim('-') : mark === undefined ? dim('·') : mark.includes('T') ? bad(mark) : warn(mark);
  };
  return table(
    ['', ...ids],
    ids.map((id) => [strong(id), ...ids.map((other) => cell(id, other))]),
  );
}

function pairLines(pair: ConflictsView['pairs'][number], works: ConflictsView['works']): readonly Line[] {
  const { first, second, mark, semantic, textual, sentence, commands } = pair;
  const title = (id: string): string => works.find((one) => one.id === id)?.title ?? '';
  const made = (value: string): string => (value === '' ? 'takes it away' : value);
  return [
    [warn('! '), strong(`${first} × ${second}`), `  ${mark}  ${title(first)} · ${title(second)}`],
    ...semantic.map((fight): Line => [
      dim('     '),
      `${fight.what}: ${first} ${made(fight.first)}, ${second} ${made(fight.second)}`,
    ]),
    ...textual.map((path): Line => [dim('     '), `the same lines of ${path}`]),
    [dim('     '), sentence],
    ...commands.map(nextLine),
  ];
}
