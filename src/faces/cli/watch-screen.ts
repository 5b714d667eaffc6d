import { jsonLine } from './display-text.ts';
import { cutLine, lineText, type Line, printLines } from './line.ts';
import { renderOutput } from './render/renderers.ts';
import type { Sink } from './streams.ts';

const HOME_AND_CLEAR = '\u001B[H\u001B[J';

/**
 * Shows looks that follow each other: at a terminal each in the place of the one before, elsewhere one below the other with an empty line between,
 * and as JSON a line each. Off a terminal nothing that steers one is written.
 */
export function watchScreen(
  key: string,
  sink: Sink,
  { json }: { readonly json: boolean },
): { show(look: unknown): Promise<void> } {
  let isFirst = true;
  return {
    async show(look) {
      if (json) return sink.write(jsonLine(look));
      const lines = await renderOutput(key, look);
      if (sink.isTerminal) sink.write(HOME_AND_CLEAR);
      else if (!isFirst) sink.write('\n');
      isFirst = false;
      printLines(sink, sink.isTerminal ? lines.map((line) => fitted(line, sink.width)) : lines);
    },
  };
}

/** A line that wraps would push the first ones out of a small screen. */
const fitted = (line: Line, width: number): Line =>
  [...lineText(line, false)].length < width ? line : cutLine(line, width);
