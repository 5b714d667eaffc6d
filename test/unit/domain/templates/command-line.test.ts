import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { commandText, fillPort, splitCommand } from '../../../../src/domain/templates/command-line.ts';

describe('a command line', () => {
  it.each([
    ['python3 server.py --port {port}', ['python3', 'server.py', '--port', '{port}']],
    ['  npm   ci\t', ['npm', 'ci']],
    [`node -e 'console.log("a b")'`, ['node', '-e', 'console.log("a b")']],
    [`prog "a \\"quoted\\" word" ''`, ['prog', 'a "quoted" word', '']],
    ['prog a\\ b', ['prog', 'a b']],
    [`pytest 'tests/*.py' -k "a or b"`, ['pytest', 'tests/*.py', '-k', 'a or b']],
    ['env DEBUG=1 ./run.sh a~b', ['env', 'DEBUG=1', './run.sh', 'a~b']],
  ])('is split as a shell splits words: %s', (text, argv) => {
    expect(splitCommand(text)).toEqual({ kind: 'command', argv });
  });

  it.each([
    ['python3 server.py | tee log', 'has |', 19],
    ['a && b', 'has &', 3],
    ['a; b', 'has ;', 2],
    ['a > b', 'has >', 3],
    ['(a)', 'has (', 1],
    ['a $HOME', 'has $', 3],
    ['a "$HOME"', 'has $', 4],
    ['a `b`', 'has `', 3],
    ['pytest tests/*.py', 'has *', 14],
    ['a ~/b', 'has ~', 3],
    ['a\nb', 'more than one line', 2],
    ['PORT=1 a', 'begins with a variable', 1],
    [`a 'b`, 'not closed', 3],
    ['a \\', 'ends with a backslash', 3],
    ['   ', 'names no program', 1],
    [`'' a`, 'names no program', 1],
  ])('refuses what only a shell would do, and says where: %s', (text, reason, column) => {
    const split = splitCommand(text);
    expect(split).toMatchObject({ kind: 'refused', column });
    expect(split.kind === 'refused' ? split.reason : '').toContain(reason);
  });

  it('that is printed is read back as the same words', () => {
    const word = fc
      .string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 12 })
      .filter((text) => !/[\r\n]/.test(text));
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z./-]{1,10}$/), fc.array(word, { maxLength: 4 }), (program, args) => {
        const argv = [program, ...args];
        expect(splitCommand(commandText(argv))).toEqual({ kind: 'command', argv });
      }),
    );
  });

  it('is given the port wherever it stands', () => {
    expect(fillPort(['a', '--listen=127.0.0.1:{port}', '{port}'], 8191)).toEqual([
      'a',
      '--listen=127.0.0.1:8191',
      '8191',
    ]);
  });
});
