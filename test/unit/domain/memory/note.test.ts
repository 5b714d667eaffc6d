import { describe, expect, it } from 'vitest';

import { withItem, withLine } from '../../../../src/domain/memory/note.ts';

const head = '# Head\n';

describe('a line that is added', () => {
  it('stands below what is there, with its row, and once', () => {
    const one = withLine(undefined, { head, line: '- first', row: 3 });
    expect(one).toBe('# Head\n- first #3\n');
    expect(withLine(one, { head, line: '- first, told otherwise', row: 3 })).toBe(one);
    expect(withLine('mine', { head, line: '- second', row: 33 })).toBe('mine\n- second #33\n');
    // Row 3 is not row 33.
    expect(withLine('- x #33\n', { head, line: '- y', row: 3 })).toBe('- x #33\n- y #3\n');
  });

  it('is left out where the same was said of an earlier row, if that is enough', () => {
    const one = withLine(undefined, { head, line: '- python 3.12', row: 3, once: true });
    expect(withLine(one, { head, line: '- python 3.12', row: 9, once: true })).toBe(one);
    expect(withLine(one, { head, line: '- python 3.12', row: 9 })).toBe(`${one}- python 3.12 #9\n`);
  });

  it('is taken for noted only where the row stands at its end: a text that names one proves nothing', () => {
    expect(withLine('- see #7 for more\n', { head, line: '- x', row: 7 })).toBe('- see #7 for more\n- x #7\n');
  });

  it('pushes the oldest of its kind out, and never what a person wrote', () => {
    let text = '# Head\nmy own words\n';
    for (let row = 1; row <= 450; row += 1) text = withLine(text, { head, line: '- x', row });
    const lines = text.trimEnd().split('\n');
    expect(lines.slice(0, 3)).toEqual(['# Head', 'my own words', '- x #51']);
    expect(lines.at(-1)).toBe('- x #450');
    expect(lines).toHaveLength(402);
  });
});

describe('an item that is added', () => {
  const note = { empty: { proven: [] }, list: 'proven', item: { grade: 'api', row: 3 } };

  it('joins the list, once, and everything else of the file stays', () => {
    const one = withItem('{"mine": 1, "proven": [{"row": 1}]}', note) ?? '';
    expect(JSON.parse(one)).toEqual({ mine: 1, proven: [{ row: 1 }, { grade: 'api', row: 3 }] });
    expect(withItem(one, note)).toBe(one);
    expect(JSON.parse(withItem(undefined, note) ?? '')).toEqual({ proven: [{ grade: 'api', row: 3 }] });
  });

  it.each(['[]', '"text"', '{"proven": 1}', '{', 'null'])('is not forced into %s', (before) => {
    expect(withItem(before, note)).toBeUndefined();
  });
});
