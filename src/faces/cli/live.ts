import { cutLine, lineText, printLines, type Line } from './line.ts';
import type { Sink } from './streams.ts';

/** Narration with one line at its end that is overwritten. Not at a terminal there is no such line. */
export interface LiveNarration {
  /** Prints lines that stay. */
  say(lines: readonly Line[]): void;
  /** Replaces the line at the end; undefined takes it away. */
  show(line: Line | undefined): void;
}

const ERASE_LINE = '\r\u001B[2K';

export function liveNarration(sink: Sink): LiveNarration {
  let shown = '';
  const erase = (): void => {
    if (shown !== '') sink.write(ERASE_LINE);
    shown = '';
  };
  return {
    say: (lines) => {
      const last = shown;
      erase();
      printLines(sink, lines);
      if (last !== '') sink.write(last);
      shown = last;
    },
    show: (line) => {
      if (!sink.isTerminal) return;
      const text = line === undefined ? '' : fit(line, sink);
      if (text === shown) return;
      erase();
      sink.write(text);
      shown = text;
    },
  };
}

/** A line that wraps cannot be overwritten: it is cut, and then has no style. */
function fit(line: Line, sink: Sink): string {
  return [...lineText(line, false)].length < sink.width ? lineText(line, sink.hasColour) : cutLine(line, sink.width);
}
