import { displayText } from '../display-text.ts';
import { dim, type Line, type Span } from '../line.ts';

const GAP = 2;

/** Returns rows in columns as wide as their widest cell; the last column is as long as it is. */
export function table(head: readonly string[], rows: readonly (readonly Span[])[]): readonly Line[] {
  const widths = head.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => textOf(row[column] ?? '').length)),
  );
  const pad = (cell: Span, column: number): Span[] => [
    cell,
    column === head.length - 1 ? '' : ' '.repeat((widths[column] ?? 0) - textOf(cell).length + GAP),
  ];
  return [head.map((title) => dim(title)), ...rows].map((row) => row.flatMap(pad));
}

/** What is printed may be longer than what was given: escapes are counted as they show. */
const textOf = (cell: Span): string => displayText(typeof cell === 'string' ? cell : cell.text);
