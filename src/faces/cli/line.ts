import { displayText } from './display-text.ts';
import type { Sink } from './streams.ts';

export type Style = 'strong' | 'dim' | 'good' | 'bad' | 'warn' | 'accent';
/** A piece of a line. Its text is escaped when it is printed, wherever it comes from. */
export type Span = string | { readonly text: string; readonly style: Style };
export type Line = string | readonly Span[];

export const strong = (text: string): Span => ({ text, style: 'strong' });
export const dim = (text: string): Span => ({ text, style: 'dim' });
export const good = (text: string): Span => ({ text, style: 'good' });
export const bad = (text: string): Span => ({ text, style: 'bad' });
export const warn = (text: string): Span => ({ text, style: 'warn' });
export const accent = (text: string): Span => ({ text, style: 'accent' });

const codes: Readonly<Record<Style, string>> = {
  strong: '1',
  dim: '2',
  good: '32',
  bad: '31',
  warn: '33',
  accent: '36',
};

/** Writes the lines. The only way from a renderer to a terminal. */
export function printLines(sink: Sink, lines: readonly Line[]): void {
  for (const line of lines) sink.write(`${lineText(line, sink.hasColour)}\n`);
}

/** Returns the line as it is written: every text escaped, styles as SGR codes where colour is wanted. */
export function lineText(line: Line, hasColour: boolean): string {
  const spans = typeof line === 'string' ? [line] : line;
  return spans
    .map((span) => spanText(span, hasColour))
    .join('')
    .trimEnd();
}

/** Returns the line without style, cut to the width, for a place that is overwritten. */
export function cutLine(line: Line, width: number): string {
  const text = lineText(line, false);
  const characters = [...text];
  return characters.length < width ? text : `${characters.slice(0, Math.max(1, width - 2)).join('')}…`;
}

function spanText(span: Span, hasColour: boolean): string {
  if (typeof span === 'string') return displayText(span);
  const text = displayText(span.text);
  return hasColour && text !== '' ? `\u001B[${codes[span.style]}m${text}\u001B[0m` : text;
}
