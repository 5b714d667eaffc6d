import type { NextAction } from '../../../app/views/next-action.ts';
import { accent, dim, good, type Line } from '../line.ts';
import { rowsText, sentenceCase } from './words.ts';

/** Renders `next-actions`. */
export function renderNextActions({ actions }: { readonly actions: readonly NextAction[] }): readonly Line[] {
  if (actions.length === 0) return [[good('✓ '), 'Nothing is open.']];
  return actions.flatMap(actionLines);
}

/** Returns an action as two lines: what is open with its row, and what to type. No full stop: people double-click it. */
export const actionLines = ({ sentence, command, row }: NextAction): readonly Line[] => [
  [sentenceCase(sentence), dim(rowsText([row]))],
  [dim('  next: '), accent(command)],
];
