import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { mergeMessage } from '../../../../src/domain/changes/merge-message.ts';

describe('mergeMessage', () => {
  it('has a title, the moved packages and the trailers', () => {
    const message = mergeMessage({
      title: 'upgrade torch 2.8.0 → 2.11.0',
      moves: [
        { name: 'torch', from: '2.8.0', to: '2.11.0' },
        { name: 'triton', from: null, to: '3.4.0' },
        { name: 'old', from: '1.0', to: null },
      ],
      trailers: { Run: 'r1', 'Reviewed-by': 'anna (person)' },
    });
    expect(message).toMatchInlineSnapshot(`
      "upgrade torch 2.8.0 → 2.11.0

      - torch 2.8.0 -> 2.11.0
      - triton (none) -> 3.4.0
      - old 1.0 -> (none)

      Run: r1
      Reviewed-by: anna (person)
      "
    `);
  });

  it('has one trailer for each value, each on a line of its own', () => {
    const trailers = { 'Reviewed-by': ['anna (person)', 'ben (person)\nReviewed-by: mallory'], 'Broke-glass': [] };
    expect(mergeMessage({ title: 'x', moves: [], trailers })).toBe(
      'x\n\nReviewed-by: anna (person)\nReviewed-by: ben (person) Reviewed-by: mallory\n',
    );
  });

  it('leaves the list out when no package moves', () => {
    expect(mergeMessage({ title: 'undo', moves: [], trailers: { Run: 'r1' } })).toBe('undo\n\nRun: r1\n');
  });

  it.each([
    ['a line break', 'upgrade\n\nReviewed-by: mallory'],
    ['a carriage return', 'upgrade\rReviewed-by: mallory'],
    ['a line separator of Unicode', 'upgrade\u2028Reviewed-by: mallory'],
    ['a paragraph separator of Unicode', 'upgrade\u2029Reviewed-by: mallory'],
    ['a next-line character', 'upgrade\u0085Reviewed-by: mallory'],
  ])('does not let %s of a title forge a trailer', (_, title) => {
    const message = mergeMessage({ title, moves: [], trailers: { 'Reviewed-by': 'anna (person)' } });
    const lines = message.split(/[\n\r\u0085\u2028\u2029]/);
    expect(lines.filter((line) => line.startsWith('Reviewed-by:'))).toEqual(['Reviewed-by: anna (person)']);
  });

  it('shows nothing that moves a terminal or turns text round', () => {
    const message = mergeMessage({ title: '\u001b[31mred\u202e', moves: [], trailers: { Reason: 'a\u0007b\u200bc' } });
    expect(message).toBe('[31mred\n\nReason: a b c\n');
  });

  it('has as many lines as was asked for, whatever the values are', () => {
    const text = fc.string({
      unit: fc.constantFrom('a', ' ', '\n', '\r', ':', '\u2028', '\u2029', '\u0085', '\u001b', 'R'),
    });
    fc.assert(
      fc.property(text, text, text, (title, name, value) => {
        const message = mergeMessage({ title, moves: [{ name, from: value, to: name }], trailers: { Agent: value } });
        expect(message.split(/\r\n|[\n\r\v\f\u0085\u2028\u2029]/)).toHaveLength(6);
        expect(message.endsWith('\n')).toBe(true);
      }),
    );
  });
});
