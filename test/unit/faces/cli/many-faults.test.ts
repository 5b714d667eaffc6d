import { describe, expect, it } from 'vitest';

import { Fault } from '../../../../src/base/fault.ts';
import { throwTogether } from '../../../../src/domain/definitions/faults.ts';
import { faultLines } from '../../../../src/faces/cli/failure.ts';
import { lineText } from '../../../../src/faces/cli/line.ts';

const fault = (message: string, line: number, ...hints: string[]): Fault =>
  new Fault('DEFINITION_INVALID', message, { at: { file: 'trees/a.yaml', line, column: 1, text: 'a: b' }, hints });

function shown(...faults: readonly Fault[]): string {
  try {
    throwTogether(faults);
  } catch (error) {
    if (error instanceof Fault)
      return faultLines(error.toRecord())
        .map((line) => lineText(line, false))
        .join('\n');
  }
  return '';
}

describe('faults that came together', () => {
  it('are shown each with its place and remedy, and what to type once', () => {
    expect(
      shown(
        fault('One.', 1, 'Do this.', 'orchestrate trees check'),
        fault('Two.', 2, 'Do that.', 'orchestrate trees check'),
      ),
    ).toMatchInlineSnapshot(`
      "error DEFINITION_INVALID One.
        trees/a.yaml:1:1
          1 | a: b
            | ^
      help: Do this.

      error DEFINITION_INVALID Two.
        trees/a.yaml:2:1
          2 | a: b
            | ^
      help: Do that.

      2 things are wrong in one file.
      next: orchestrate trees check"
    `);
  });

  it('are counted beyond what is shown', () => {
    const many = Array.from({ length: 250 }, (_, index) => fault(`Thing ${index}.`, index + 1));
    expect(shown(...many)).toContain('250 things are wrong in one file; 50 are not shown.');
  });

  it('are one fault when there is one', () => {
    expect(shown(fault('One.', 1, 'Do this.'))).not.toContain('things are wrong');
  });
});
