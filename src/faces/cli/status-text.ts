import { displayText } from './display-text.ts';

/**
 * Returns the five lines of `status` and the next command. Used by the fast path too: it needs nothing but the
 * summary. Every text is escaped here.
 */
export function statusText(summary: { readonly lines: readonly string[]; readonly next: string }): string {
  return `${summary.lines.map(displayText).join('\n')}\nnext: ${displayText(summary.next)}\n`;
}
