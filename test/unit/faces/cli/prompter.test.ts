import { PassThrough } from 'node:stream';

import { describe, expect, it } from 'vitest';

import { terminalPrompter } from '../../../../src/faces/cli/prompter.ts';

/** Asks once while the person types `keys`; undefined closes the terminal. */
async function answerTo(keys: string | undefined): Promise<{ answer: string | undefined; shown: string }> {
  const input = new PassThrough();
  const output = new PassThrough();
  const answering = terminalPrompter(input, output).ask('Go on? ');
  if (keys === undefined) input.end();
  else input.write(keys);
  const answer = await answering;
  return { answer, shown: String(output.read() ?? '') };
}

describe('a question at a terminal', () => {
  it('is answered with a line', async () => {
    const { answer, shown } = await answerTo('  a \n');
    expect(answer).toBe('a');
    expect(shown).toContain('Go on? ');
  });

  it.each([
    ['Ctrl-C', '\u0003'],
    ['Ctrl-D', '\u0004'],
    ['the end of the terminal', undefined],
  ])('is not answered by %s', async (_, keys) => {
    const { answer, shown } = await answerTo(keys);
    expect(answer).toBeUndefined();
    // What is said next begins at the left.
    expect(shown.endsWith('\n')).toBe(true);
  });
});
