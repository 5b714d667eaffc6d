import type { ConflictsView } from '../../../app/views/conflicts-view.ts';
import { timeText } from '../../../app/views/text.ts';
import { nextLine } from '../failure.ts';
import { bad, dim, good, strong, warn, type Line, type Span } from '../line.ts';
import { table } from './table.ts';
import { rowsText } from './words.ts';

/** A matrix wider than this is told pair by pair only. */
const MOST_COLUMNS = 20;

/** Renders `conflicts`: the matrix, then pair by pair what both touch and what to do. */
export function renderConflicts(view: ConflictsView): readonly Line[] {
  const { works, asked, pairs } = view;
  if (asked.length === 0 && works.length < 2 && view.leftOut === 0)
    return [
      [
        good('✓ '),
        works.length === 0 ? 'nothing is open' : `only ${works[0]?.id ?? ''} is open: there is nothing to meet`,
      ],
    ];
  return [
    ...matrixLines(view),
    ...whenLines(view),
    ...verdictLines(view),
    ...pairs.flatMap((pair) => ['', ...pairLines(pair, works)]),
  ];
}

function matrixLines({ works, asked, pairs }: ConflictsView): readonly Line[] {
  if (works.length < 2) return [];
  if (works.length > MOST_COLUMNS) return [[`${works.length} pieces of work`]];
  const ids = works.map(({ id }) => id);
  // What one id meets says nothing of what those make of each other: they have no row.
  return matrix(asked.length === 1 ? asked : ids, ids, pairs);
}

function whenLines({ atMs, row }: ConflictsView): readonly Line[] {
  return atMs === null || row === null ? [] : [[dim(`looked at ${timeText(atMs)}${rowsText([row])}`)]];
}

/** What was not compared, and, where nothing meets, that it does not. */
function verdictLines({ asked, notCompared, leftOut, pairs }: ConflictsView): readonly Line[] {
  const [one = '', other] = asked;
  const apart =
    asked.length === 0
      ? 'none of them stands in the way of another'
      : other === undefined
        ? `${one} is in nobody's way`
        : `${one} and ${other} do not meet`;
  const more =
    leftOut === 1 ? '1 more piece of work is open and was' : `${leftOut} more pieces of work are open and were`;
  return [
    ...(pairs.length === 0 && notCompared.length === 0 ? [[good('✓ '), apart] satisfies Line] : []),
    ...notCompared.map((id): Line => [
      warn('! '),
      `${id} was not compared: it touches nothing yet, comes too late in line, or is newer than the last look`,
    ]),
    ...(leftOut === 0
      ? []
      : [[warn('! '), `${more} not compared: only those that come first in line are`] satisfies Line]),
  ];
}

function matrix(rows: readonly string[], ids: readonly string[], pairs: ConflictsView['pairs']): readonly Line[] {
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
    rows.map((id) => [strong(id), ...ids.map((other) => cell(id, other))]),
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
