import { describe, expect, it } from 'vitest';

import { caretText } from '../../../../src/domain/definitions/caret.ts';
import { positionAt } from '../../../../src/domain/definitions/locator.ts';

describe('caretText', () => {
  it('points below the column', () => {
    expect(caretText({ file: 'a.yaml', line: 12, column: 5, text: '    nedes: [a]' })).toMatchInlineSnapshot(`
      "a.yaml:12:5
        12 |     nedes: [a]
           |     ^"
    `);
  });

  it('gives the place alone where the line is not known', () => {
    expect(caretText({ file: 'a.yaml', line: 12, column: 5 })).toBe('a.yaml:12:5');
  });

  it('keeps tabs, so that the caret is right whatever their width', () => {
    expect(caretText({ file: 'a', line: 1, column: 4, text: '\tb\tc' })).toBe('a:1:4\n  1 | \tb\tc\n    | \t \t^');
  });

  it('counts wide characters twice and combining ones not at all', () => {
    expect(caretText({ file: 'a', line: 1, column: 7, text: '漢字e\u0301: x' })).toBe(
      'a:1:7\n  1 | 漢字e\u0301: x\n    |       ^'.replace('      ^', '       ^'),
    );
  });

  it('shows characters that steer a terminal or turn the text as replaced', () => {
    const shown = caretText({ file: 'a\u001B[2J', line: 1, column: 4, text: 'a: \u001B]0;x\u0007\u202Eb' });
    expect(shown).toBe('a\uFFFD[2J:1:4\n  1 | a: \uFFFD]0;x\uFFFD\uFFFDb\n    |    ^');
  });

  it('cuts a long line around the caret', () => {
    const [, line = '', caret = ''] = caretText({
      file: 'a',
      line: 1,
      column: 501,
      text: `${'x'.repeat(500)}Y${'z'.repeat(500)}`,
    }).split('\n');
    expect(line.length).toBeLessThan(120);
    expect(line[caret.indexOf('^')]).toBe('Y');
  });

  it('stands behind the line when the column does', () => {
    expect(caretText({ file: 'a', line: 1, column: 99, text: 'ab' })).toBe('a:1:99\n  1 | ab\n    |   ^');
  });
});

describe('positionAt', () => {
  it('counts lines and columns from 1 and leaves line breaks out of the line', () => {
    const source = { file: 'a', text: 'ab\r\ncd\n' };
    expect([0, 1, 4, 5, 7, 99].map((offset) => positionAt(source, offset))).toEqual([
      { file: 'a', line: 1, column: 1, text: 'ab' },
      { file: 'a', line: 1, column: 2, text: 'ab' },
      { file: 'a', line: 2, column: 1, text: 'cd' },
      { file: 'a', line: 2, column: 2, text: 'cd' },
      { file: 'a', line: 3, column: 1, text: '' },
      { file: 'a', line: 3, column: 1, text: '' },
    ]);
  });

  it('hides the password of an address', () => {
    const source = { file: 'a', text: 'index: https://me:secret@example.org/x' };
    expect(positionAt(source, 0).text).toBe('index: https://*********@example.org/x');
  });
});
