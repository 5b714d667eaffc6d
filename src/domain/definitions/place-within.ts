import type { Position } from '../../base/fault.ts';

/** Returns the place of a character of a text in its file; that of the text where it is folded, escaped or on several lines. */
export function placeWithin(at: Position, text: string, offset: number): Position {
  if (at.text === undefined) return at;
  const begin = at.text.indexOf(text, at.column - 1);
  return begin === -1 ? at : { ...at, column: begin + Math.min(offset, text.length) + 1 };
}
