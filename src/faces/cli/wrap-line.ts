import { displayText } from './display-text.ts';
import type { Line, Span, Style } from './line.ts';

interface Piece {
  readonly text: string;
  readonly style: Style | null;
}

/**
 * Returns the line parted into lines that fit the width, between words where there are any; all but the first begin `indent` columns in.
 * What is escaped when it is printed is counted as it shows.
 */
export function wrapLine(line: Line, width: number, indent = 0): readonly Line[] {
  const room = Math.max(1, width);
  const inset = Math.min(indent, Math.floor(room / 2));
  const lines: Span[][] = [[]];
  let column = 0;
  const add = (text: string, style: Style | null): void => {
    const spans = lines.at(-1) ?? [];
    const last = spans.at(-1);
    const isSame = last !== undefined && (typeof last === 'string' ? style === null : last.style === style);
    if (isSame) spans[spans.length - 1] = spanOf(`${typeof last === 'string' ? last : last.text}${text}`, style);
    else spans.push(spanOf(text, style));
  };
  const breakLine = (): void => {
    lines.push([' '.repeat(inset)]);
    column = inset;
  };
  for (const { text, style } of piecesOf(line)) {
    for (const word of wordsOf(text)) {
      let rest = word;
      if (column + textWidth(rest.trimEnd()) > room && column > inset) breakLine();
      if (column === inset && lines.length > 1) rest = rest.trimStart();
      while (textWidth(rest.trimEnd()) > room - column) {
        // One character at least, or it would never end.
        const part = headOf(rest, room - column) || [...rest].slice(0, 1).join('');
        add(part, style);
        rest = rest.slice(part.length);
        breakLine();
      }
      // Blanks that would stand behind the edge are left out.
      if (column + textWidth(rest) > room) rest = rest.trimEnd();
      if (rest === '') continue;
      add(rest, style);
      column += textWidth(rest);
    }
  }
  return lines;
}

const spanOf = (text: string, style: Style | null): Span => (style === null ? text : { text, style });

const piecesOf = (line: Line): readonly Piece[] =>
  (typeof line === 'string' ? [line] : line).map((span) =>
    typeof span === 'string'
      ? { text: displayText(span), style: null }
      : { text: displayText(span.text), style: span.style },
  );

/** Words with the blanks behind them. Blanks at the front are a word of their own. */
const wordsOf = (text: string): readonly string[] => text.match(/^\s+|\S+\s*/g) ?? [];

/** The longest beginning that fits. */
function headOf(text: string, room: number): string {
  let taken = '';
  let width = 0;
  for (const character of text) {
    width += textWidth(character);
    if (width > room) break;
    taken += character;
  }
  return taken;
}

/** Returns the line cut to the width; what is cut ends in `…`. */
export function clipLine(line: Line, width: number): Line {
  const pieces = piecesOf(line);
  if (pieces.reduce((sum, { text }) => sum + textWidth(text), 0) <= width) return line;
  const clipped: Span[] = [];
  let room = width - 1;
  for (const { text, style } of pieces) {
    if (textWidth(text) <= room) {
      clipped.push(spanOf(text, style));
      room -= textWidth(text);
      continue;
    }
    clipped.push(spanOf(`${headOf(text, room)}…`, style));
    break;
  }
  return clipped;
}

/** Returns how many columns a text takes at a terminal. */
export function textWidth(text: string): number {
  let width = 0;
  for (const character of text) width += zero.test(character) ? 0 : wide.test(character) ? 2 : 1;
  return width;
}

const zero = /^[\p{Mn}\p{Me}\uFE00-\uFE0F]$/u;
/** What terminals draw two columns wide: CJK, full-width forms, most pictographs (Unicode East Asian Width W and F, shortened to blocks). */
const wide =
  /^[\u1100-\u115F\u2E80-\u303E\u3041-\uA4CF\uA960-\uA97F\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF00-\uFF60\uFFE0-\uFFE6\u{1F300}-\u{1F64F}\u{1F680}-\u{1F6FF}\u{1F900}-\u{1F9FF}\u{1FA70}-\u{1FAFF}\u{20000}-\u{3FFFD}]$/u;
