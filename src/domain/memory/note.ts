import type { JsonObject } from '../../base/json.ts';
import type { MemoryKind } from './entry.ts';

/** A journal row as memory learns from it. */
export interface FactRow {
  readonly seq: number;
  readonly atMs: number;
  readonly kind: string;
  readonly run: string | null;
  readonly data: JsonObject;
}

/** The journal, as far as one row needs others to be understood. */
export interface FactReader {
  latest(key: string): FactRow | undefined;
}

/** What one row teaches: which entry says it, and how. */
export interface MemoryNote {
  readonly key: string;
  readonly kind: MemoryKind;
  /** The row that it rests on. */
  readonly row: number;
  readonly run: string | null;
  /**
   * Returns the entry's text with it, and the same text where it is there already: a repeat writes nothing. Undefined when the
   * entry has another form by now; then people keep it, and nothing is written into it.
   */
  edit(before: string | undefined): string | undefined;
}

/** Lines that notes add to one entry; the oldest go then. Versions keep them. */
const maxLines = 400;

/** How a line names its row: what makes a repeat recognise it, and what a reader looks up with `journal tail --row`. */
export const rowMark = (row: number): string => `#${row}`;

/**
 * Returns the text with one line more at its end, its row behind it, or unchanged when a line of it names the row already. With `once`
 * also when a line says the same of an earlier row. Lines without a row are somebody's own and never go.
 */
export function withLine(
  before: string | undefined,
  note: { head: string; line: string; row: number; once?: boolean },
): string {
  const text = before ?? note.head;
  const mark = ` ${rowMark(note.row)}`;
  const lines = text.replace(/\n+$/, '').split('\n');
  const says = (line: string): boolean => line.replace(/ #\d+$/, '') === note.line;
  if (lines.some((line) => line.endsWith(mark) || (note.once === true && says(line)))) return text;
  const ours = lines.flatMap((line, at) => (/ #\d+$/.test(line) && !line.startsWith('#') ? [at] : []));
  const gone = new Set(ours.slice(0, Math.max(0, ours.length + 1 - maxLines)));
  return `${[...lines.filter((_, at) => !gone.has(at)), `${note.line} ${rowMark(note.row)}`].join('\n')}\n`;
}

/** Returns the text of a JSON object with an item more in one of its lists; undefined when it has another form by now. */
export function withItem(
  before: string | undefined,
  note: { empty: JsonObject; list: string; item: JsonObject & { readonly row: number } },
): string | undefined {
  const found = before === undefined ? note.empty : parsed(before);
  const list = found?.[note.list] ?? [];
  if (found === undefined || !Array.isArray(list)) return undefined;
  const items = list as readonly JsonObject[];
  if (items.some((one) => typeof one === 'object' && one !== null && one['row'] === note.item.row)) return before;
  return `${JSON.stringify({ ...found, [note.list]: [...items.slice(1 - maxLines), note.item] }, null, 2)}\n`;
}

function parsed(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : undefined;
  } catch {
    return undefined;
  }
}

/** Returns text of anybody as one line without characters that change how others are shown, at most so long. */
export function oneLine(text: string, maxLength = 300): string {
  const line = text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ').trim();
  return line.length <= maxLength ? line : `${line.slice(0, maxLength - 1)}…`;
}

/** Returns the time as `2026-08-23`. */
export const dayOf = (atMs: number): string => new Date(atMs).toISOString().slice(0, 10);
