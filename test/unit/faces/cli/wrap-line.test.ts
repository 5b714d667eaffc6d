import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { dim, lineText, type Line } from '../../../../src/faces/cli/line.ts';
import { clipLine, textWidth, wrapLine } from '../../../../src/faces/cli/wrap-line.ts';

const texts = (line: Line, width: number, indent = 0): readonly string[] =>
  wrapLine(line, width, indent).map((one) => lineText(one, false));

describe('a line that is too long', () => {
  it('goes on below, between words, where its text began', () => {
    expect(texts([dim('risk  '), 'it changes the environment'], 20, 6)).toEqual([
      'risk  it changes the',
      '      environment',
    ]);
  });

  it('is broken inside of a word that is longer than the screen', () => {
    expect(texts('aaaaaaaaaaaa bb', 5)).toEqual(['aaaaa', 'aaaaa', 'aa bb']);
  });

  it('is never wider than the screen, and loses nothing but blanks', () => {
    const hostile = fc.string({
      unit: fc.constantFrom('a', ' ', 'ü', '漢', '\u001b', '\u202e', '🙂', 'e\u0301'),
      maxLength: 60,
    });
    fc.assert(
      fc.property(
        fc.array(hostile, { maxLength: 4 }),
        fc.integer({ min: 4, max: 30 }),
        fc.integer({ min: 0, max: 12 }),
        (spans, width, indent) => {
          const lines = texts(spans, width, indent);
          for (const line of lines) expect(textWidth(line)).toBeLessThanOrEqual(width);
          const bare = (text: string): string => text.replace(/\s/g, '');
          expect(bare(lines.join(''))).toBe(bare(lineText(spans, false)));
          expect(textWidth(lineText(clipLine(spans, width), false))).toBeLessThanOrEqual(width);
        },
      ),
    );
  });

  it('is cut with a mark where it may take one line only', () => {
    expect(lineText(clipLine(['abcdef', dim('ghi')], 9), false)).toBe('abcdefghi');
    expect(lineText(clipLine(['abcdef', dim('ghi')], 8), false)).toBe('abcdefg…');
    expect(lineText(clipLine(['abcdef', dim('ghi')], 6), false)).toBe('abcde…');
  });
});
