import { countText } from '../../../app/views/text.ts';
import { bad, dim, good, strong, warn, type Line } from '../line.ts';

interface Tested {
  readonly nPassed: number;
  readonly nFailed: number;
  readonly nBroken: number;
  readonly tests: readonly {
    readonly playbook: string;
    readonly file: string;
    readonly problem: string | null;
    readonly cases: readonly {
      readonly name: string;
      readonly ok: boolean;
      readonly outcome: string | null;
      readonly order: readonly string[];
      readonly problems: readonly { readonly message: string; readonly line: number; readonly column: number }[];
    }[];
  }[];
  readonly untested: readonly string[];
}

/** Renders `playbooks test`: every case with its outcome, and what was otherwise with its place. */
export function renderPlaybooksTest({ tests, untested, nPassed, nFailed, nBroken }: Tested): readonly Line[] {
  return [
    ...tests.flatMap(testLines),
    ...(untested.length === 0
      ? []
      : [[dim(`no test: ${untested.join(', ')}; one is written into playbooks/<id>.test.yaml`)] satisfies Line]),
    ...(nBroken === 0
      ? []
      : [
          [warn('! '), `${countText(nBroken, 'thing')} wrong in playbooks: orchestrate playbooks check`] satisfies Line,
        ]),
    [strong(`${nPassed} passed, ${nFailed} failed`)],
  ];
}

function testLines({ playbook, file, problem, cases }: Tested['tests'][number]): readonly Line[] {
  return [
    [strong(playbook), dim(` ${file}`)],
    ...(problem === null ? [] : [[bad('  ✗ '), problem] satisfies Line]),
    ...cases.flatMap(({ name, ok, outcome, order, problems }): readonly Line[] => [
      [ok ? good('  ✓ ') : bad('  ✗ '), name, dim(` · ${[outcome ?? 'not planned', ...order].join(' ')}`)],
      ...problems.map(({ message, line, column }): Line => [`      ${file}:${line}:${column} ${message}`]),
    ]),
  ];
}
