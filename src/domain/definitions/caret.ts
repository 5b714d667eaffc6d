import type { Position } from '../../base/fault.ts';

/** Columns of the line that are shown; a longer line is cut around the caret. */
const MAX_COLUMNS = 100;

/**
 * Returns a position as text: `file:line:column`, then the line and a caret below the column where the line is known.
 * Tabs stay tabs under the caret, wide characters count two. Characters that steer a terminal or turn
 * the writing direction are shown as U+FFFD: the line comes from a file that anybody may have written.
 */
export function caretText(at: Position): string {
  const head = `${visible(at.file)}:${at.line}:${at.column}`;
  if (at.text === undefined) return head;
  const { line, column } = cut(visible(at.text), at.column);
  const gutter = String(at.line);
  const padding = [...line.slice(0, column - 1)].map(blankOf).join('');
  return [head, `  ${gutter} | ${line}`, `  ${' '.repeat(gutter.length)} | ${padding}^`].join('\n');
}

const unsafePattern = /[\u0000-\u0008\u000A-\u001F\u007F-\u009F\u061C\u200E\u200F\u2028-\u202E\u2066-\u2069\uFEFF]/g;

function visible(text: string): string {
  return text.replace(unsafePattern, '\uFFFD').toWellFormed();
}

function cut(line: string, column: number): { line: string; column: number } {
  if (line.length <= MAX_COLUMNS) return { line, column: Math.min(column, line.length + 1) };
  const start = Math.max(0, Math.min(column - 1 - MAX_COLUMNS / 2, line.length - MAX_COLUMNS));
  const end = start + MAX_COLUMNS;
  const text = `${start > 0 ? '…' : ''}${line.slice(start, end)}${end < line.length ? '…' : ''}`.toWellFormed();
  return { line: text, column: Math.min(column, line.length + 1) - start + (start > 0 ? 1 : 0) };
}

const widePattern =
  /^[\u1100-\u115F\u2E80-\uA4CF\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF00-\uFF60\uFFE0-\uFFE6]|^\p{Emoji_Presentation}/u;
const zeroWidthPattern = /^[\p{Mn}\p{Me}\u200B-\u200D]/u;

function blankOf(character: string): string {
  if (character === '\t') return '\t';
  if (zeroWidthPattern.test(character)) return '';
  return widePattern.test(character) ? '  ' : ' ';
}
