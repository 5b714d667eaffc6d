import { readdirSync, readFileSync } from 'node:fs';

import { describe, expect, it } from 'vitest';

import { playTests } from '../../../src/app/operations/_playbook-tests.ts';
import { knownNames } from '../../../src/app/read-definitions.ts';
import { checkDefinitions } from '../../../src/domain/definitions/definitions.ts';
import type { DefinitionSource } from '../../../src/domain/definitions/types.ts';

const root = new URL('../../../', import.meta.url);
const builtIn: readonly DefinitionSource[] = ['agents', 'trees', 'playbooks'].flatMap((folder) =>
  readdirSync(new URL(`${folder}/`, root)).map((name) => ({
    file: `built-in:${folder}/${name}`,
    text: readFileSync(new URL(`${folder}/${name}`, root), 'utf8'),
    origin: 'built-in' as const,
  })),
);

/** Plays tests over the built-in definitions; a file of the same name takes the place of the built-in one. */
function played(files: Readonly<Record<string, string>>, only: string | null = null) {
  const own = Object.entries(files).map(([file, text]) => ({ file, text, origin: 'installation' as const }));
  const sources = [...builtIn, ...own];
  const { definitions, faults } = checkDefinitions(sources, knownNames('comfyui'));
  expect(faults.map(({ message }) => message)).toEqual([]);
  return playTests({ definitions, sources }, only);
}

const text = (name: string): string => readFileSync(new URL(`playbooks/${name}`, root), 'utf8');

describe('the tests of the built-in playbooks', () => {
  const { tests, untested } = played({});

  it('are there for every playbook', () => {
    expect(untested).toEqual([]);
  });

  it.each(
    tests.flatMap(({ playbook, cases, problem }) => [
      [playbook, 'can be read', { ok: problem === null, problems: problem }] as const,
      ...cases.map((one) => [playbook, one.name, one] as const),
    ]),
  )('%s: %s', (_, __, { ok, problems }) => {
    expect({ ok, problems }).toMatchObject({ ok: true });
  });

  it('are more than a hundred cases', () => {
    expect(tests.flatMap(({ cases }) => cases).length).toBeGreaterThan(100);
  });
});

describe('a playbook that no longer does what its test expects', () => {
  it.each([
    [
      'leaves a step out',
      'needs: [boot]',
      'needs: [boot]\n    when: inputs.family == "x"',
      'skipped is smoke, not nothing',
    ],
    ['tries less often', 'retries: 2', 'retries: 0', 'attempts.build is 1, not 3'],
    [
      'starts in another order',
      'needs: [imports]',
      'needs: [record]',
      'order is record, lock, boot, build, smoke, imports, not record, lock, build, imports, boot, smoke',
    ],
    [
      'wants more of a step',
      'needs: [build]',
      'needs: [build]\n    check: output.modules > 0',
      'outcome is failed (EXPRESSION_FAILED output.modules > 0 cannot be decided: No such key: modules.), not done',
    ],
  ])('and %s is told with the place', (_, from, to, message) => {
    const { tests } = played(
      {
        'playbooks/upgrade-package.yaml': text('upgrade-package.yaml').replace(from, to),
        'playbooks/upgrade-package.test.yaml': text('upgrade-package.test.yaml'),
      },
      'upgrade-package',
    );
    const problems = tests.flatMap(({ cases }) => cases).flatMap((one) => one.problems);
    expect(problems.map((one) => one.message)).toContain(message);
    expect(problems.every(({ line, column }) => line > 4 && column > 1)).toBe(true);
  });
});

describe('a playbook that takes the place of a built-in one', () => {
  it('is untested until it has a test of its own', () => {
    const mine = { 'playbooks/upgrade-package.yaml': text('upgrade-package.yaml') };
    expect(played(mine, 'upgrade-package')).toEqual({ tests: [], untested: ['upgrade-package'] });
  });
});

describe('a test that cannot be', () => {
  const test = (given: string, expected = 'outcome: done'): string =>
    `playbook: upgrade-package\ncases:\n  - name: one\n    given:\n      ${given}\n    expect:\n      ${expected}\n`;

  it.each([
    [
      'of a step that is not there',
      test('inputs: { package: a }', 'outcome: done\n      order: [recrod]'),
      'line 8, column 15: PLAYBOOK_TEST_INVALID The playbook has no step recrod. Did you mean record?',
    ],
    [
      'of an input that is not there',
      test('inputs: { pakcage: a }'),
      'line 5, column 17: PLAYBOOK_TEST_INVALID The playbook has no input pakcage. Did you mean package?',
    ],
    [
      'without an input that has no default',
      test('conditions: []'),
      'line 4, column 5: PLAYBOOK_TEST_INVALID The input package has no default: a case has to give it.',
    ],
    [
      'of a report that no action makes',
      test('inputs: { package: a }\n      outputs: { record: { nPackges: 1 } }'),
      'line 6, column 28: PLAYBOOK_TEST_INVALID env.record reports no nPackges. Did you mean nPackages?',
    ],
    [
      'of a fault that there is not',
      test('inputs: { package: a }\n      fails: { smoke: SMOKE_BROKEN }'),
      'line 6, column 23: DEFINITION_INVALID',
    ],
    [
      'with an outcome that there is not',
      test('inputs: { package: a }', 'outcome: good'),
      'line 7, column 16: DEFINITION_INVALID',
    ],
    ['that is cut off', 'playbook: upgrade-package\ncases: [', 'DEFINITION_SYNTAX'],
    [
      'of another playbook',
      test('inputs: { package: a }').replace('upgrade-package', 'add-package'),
      'line 1, column 11: PLAYBOOK_TEST_INVALID The file is named after upgrade-package, and tests add-package.',
    ],
  ])('%s is told with the place', (_, file, problem) => {
    const { tests } = played({ 'playbooks/upgrade-package.test.yaml': file }, 'upgrade-package');
    expect(tests).toHaveLength(1);
    expect(tests[0]?.problem).toContain(problem);
  });

  it('tells arguments that an action does not take', () => {
    const playbook = text('drill-restore-point.yaml').replace(
      '      point: ${inputs.point}',
      () => '      point: ${installation.name.substring(0, 0)}',
    );
    const { tests } = played(
      {
        'playbooks/drill-restore-point.yaml': playbook,
        'playbooks/drill-restore-point.test.yaml': text('drill-restore-point.test.yaml'),
      },
      'drill-restore-point',
    );
    expect(tests[0]?.cases[0]?.problems[0]?.message).toContain(
      'Step drill cannot start: restore.drill does not take its arguments (point:',
    );
  });
});
