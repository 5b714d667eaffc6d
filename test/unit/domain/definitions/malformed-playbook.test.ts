import { describe, expect, it } from 'vitest';

import { parsePlaybook } from '../../../../src/domain/definitions/playbook.ts';
import { goodFiles, spoilt, type GoodFile } from './good-files.ts';
import { shownFault } from './shown-fault.ts';

interface Case {
  readonly title: string;
  readonly file: GoodFile;
  readonly from: string;
  readonly to: string;
  /** Code and message, then position, line and caret. */
  readonly shows: readonly string[];
}

const cases: readonly Case[] = [
  {
    title: 'a misspelt field',
    file: 'playbooks/upgrade-package.yaml',
    from: 'needs:',
    to: 'nedes:',
    shows: [
      'DEFINITION_INVALID: There is no field nedes in steps[1]. Did you mean needs?',
      'playbooks/upgrade-package.yaml:22:5',
      '  22 |     nedes: [build]',
      '     |     ^',
    ],
  },
  {
    title: 'a field that nobody knows',
    file: 'playbooks/upgrade-package.yaml',
    from: 'risk: medium',
    to: 'risk: medium\ncolour: red',
    shows: [
      'DEFINITION_INVALID: There is no field colour. Known: description, id, inputs, on, plan, risk, steps, title, tree, trees, triggers.',
      'playbooks/upgrade-package.yaml:12:1',
      '  12 | colour: red',
      '     | ^',
    ],
  },
  {
    title: 'a missing field',
    file: 'playbooks/upgrade-package.yaml',
    from: 'tree: env-setup\n',
    to: '',
    shows: [
      'DEFINITION_INVALID: The field tree is missing.',
      'playbooks/upgrade-package.yaml:1:1',
      '  1 | id: upgrade-package',
      '    | ^',
    ],
  },
  {
    title: 'a word outside a choice',
    file: 'playbooks/upgrade-package.yaml',
    from: 'risk: medium',
    to: 'risk: meduim',
    shows: [
      'DEFINITION_INVALID: risk has to be low, medium or high, not "meduim". Did you mean medium?',
      'playbooks/upgrade-package.yaml:11:7',
      '  11 | risk: meduim',
      '     |       ^',
    ],
  },
  {
    title: 'a text where a list belongs',
    file: 'playbooks/upgrade-package.yaml',
    from: 'needs: [build]',
    to: 'needs: build',
    shows: [
      'DEFINITION_INVALID: steps[1].needs has to be a list, not "build".',
      'playbooks/upgrade-package.yaml:22:12',
      '  22 |     needs: build',
      '     |            ^',
    ],
  },
  {
    title: 'a time without a unit',
    file: 'playbooks/upgrade-package.yaml',
    from: 'timeout: 90s',
    to: 'timeout: 90',
    shows: [
      'DEFINITION_INVALID: steps[1].timeout has to be a time like 90s, 10m or 2h, from 1s to 24h, not 90.',
      'playbooks/upgrade-package.yaml:25:14',
      '  25 |     timeout: 90',
      '     |              ^',
    ],
  },
  {
    title: 'a time in words',
    file: 'playbooks/upgrade-package.yaml',
    from: 'timeout: 90s',
    to: 'timeout: ten minutes',
    shows: [
      'DEFINITION_INVALID: steps[1].timeout has to be a time like 90s, 10m or 2h, from 1s to 24h.',
      'playbooks/upgrade-package.yaml:25:14',
      '  25 |     timeout: ten minutes',
      '     |              ^',
    ],
  },
  {
    title: 'a time too long',
    file: 'playbooks/upgrade-package.yaml',
    from: 'timeout: 90s',
    to: 'timeout: 48h',
    shows: [
      'DEFINITION_INVALID: steps[1].timeout has to be a time like 90s, 10m or 2h, from 1s to 24h.',
      'playbooks/upgrade-package.yaml:25:14',
      '  25 |     timeout: 48h',
      '     |              ^',
    ],
  },
  {
    title: 'too many tries',
    file: 'playbooks/upgrade-package.yaml',
    from: 'retries: 1',
    to: 'retries: 12',
    shows: [
      'DEFINITION_INVALID: steps[1].retries has to be at most 5, not 12.',
      'playbooks/upgrade-package.yaml:26:14',
      '  26 |     retries: 12',
      '     |              ^',
    ],
  },
  {
    title: 'part of a try',
    file: 'playbooks/upgrade-package.yaml',
    from: 'retries: 1',
    to: 'retries: 1.5',
    shows: [
      'DEFINITION_INVALID: steps[1].retries has to be a whole number, not 1.5.',
      'playbooks/upgrade-package.yaml:26:14',
      '  26 |     retries: 1.5',
      '     |              ^',
    ],
  },
  {
    title: 'an action without a dot',
    file: 'playbooks/upgrade-package.yaml',
    from: 'action: instance.boot',
    to: 'action: boot',
    shows: [
      'DEFINITION_INVALID: steps[1].action has to be an action such as env.lock, not "boot".',
      'playbooks/upgrade-package.yaml:20:13',
      '  20 |     action: boot',
      '     |             ^',
    ],
  },
  {
    title: 'an id with capitals',
    file: 'playbooks/upgrade-package.yaml',
    from: 'id: boot',
    to: 'id: Boot',
    shows: [
      'DEFINITION_INVALID: steps[1].id has to be lower-case letters, digits and "-", starting with a letter, 40 at most, not "Boot".',
      'playbooks/upgrade-package.yaml:18:9',
      '  18 |   - id: Boot',
      '     |         ^',
    ],
  },
  {
    title: 'two steps of one id',
    file: 'playbooks/upgrade-package.yaml',
    from: 'id: boot',
    to: 'id: build',
    shows: [
      'DEFINITION_INVALID: Two steps have the id build.',
      'playbooks/upgrade-package.yaml:18:9',
      '  18 |   - id: build',
      '     |         ^',
    ],
  },
  {
    title: 'a need that is no step',
    file: 'playbooks/upgrade-package.yaml',
    from: 'needs: [build]',
    to: 'needs: [biuld]',
    shows: [
      'PLAYBOOK_UNKNOWN_REFERENCE: There is no step biuld. Did you mean build?',
      'playbooks/upgrade-package.yaml:22:13',
      '  22 |     needs: [biuld]',
      '     |             ^',
    ],
  },
  {
    title: 'a need given twice',
    file: 'playbooks/upgrade-package.yaml',
    from: 'needs: [build]',
    to: 'needs: [build, build]',
    shows: [
      'DEFINITION_INVALID: steps[1].needs[1] is there twice.',
      'playbooks/upgrade-package.yaml:22:20',
      '  22 |     needs: [build, build]',
      '     |                    ^',
    ],
  },
  {
    title: 'an unknown input',
    file: 'playbooks/upgrade-package.yaml',
    from: '${inputs.package}',
    to: '${inputs.pakage}',
    shows: [
      'PLAYBOOK_UNKNOWN_REFERENCE: There is no input pakage. Did you mean package?',
      'playbooks/upgrade-package.yaml:24:16',
      '  24 |       package: ${inputs.pakage}',
      '     |                ^',
    ],
  },
  {
    title: 'an expression',
    file: 'playbooks/upgrade-package.yaml',
    from: '${inputs.package}',
    to: '${env.HOME}',
    shows: [
      'EXPRESSION_INVALID: The expression env.HOME knows no env here: there are inputs, steps, installation. A name with a "-" is written steps["<name>"].',
      'playbooks/upgrade-package.yaml:24:18',
      '  24 |       package: ${env.HOME}',
      '     |                  ^',
    ],
  },
  {
    title: 'a reference without its end',
    file: 'playbooks/upgrade-package.yaml',
    from: '${inputs.package}',
    to: '"${inputs.package"',
    shows: [
      'PLAYBOOK_UNKNOWN_REFERENCE: ${inputs.package is no reference: write ${inputs.name} or another expression between braces, and $$ for a dollar sign.',
      'playbooks/upgrade-package.yaml:24:16',
      '  24 |       package: "${inputs.package"',
      '     |                ^',
    ],
  },
  {
    title: 'a number where a text belongs',
    file: 'playbooks/upgrade-package.yaml',
    from: 'package: ${inputs.package}',
    to: 'package: 2.10',
    shows: [
      'DEFINITION_INVALID: steps[1].with.package has to be text, not 2.1. Put it in quotes.',
      'playbooks/upgrade-package.yaml:24:16',
      '  24 |       package: 2.10',
      '     |                ^',
    ],
  },
  {
    title: 'a trigger with an unknown input',
    file: 'playbooks/upgrade-package.yaml',
    from: 'upgrade {package}',
    to: 'upgrade {pakage}',
    shows: [
      'PLAYBOOK_UNKNOWN_REFERENCE: There is no input pakage. Did you mean package?',
      'playbooks/upgrade-package.yaml:5:5',
      '  5 |   - upgrade {pakage}',
      '    |     ^',
    ],
  },
  {
    title: 'a trigger without a word',
    file: 'playbooks/upgrade-package.yaml',
    from: 'upgrade {package}',
    to: '"{package}"',
    shows: [
      'DEFINITION_INVALID: triggers[0] has no word that would tell a goal from any other.',
      'playbooks/upgrade-package.yaml:5:5',
      '  5 |   - "{package}"',
      '    |     ^',
    ],
  },
  {
    title: 'no steps',
    file: 'playbooks/upgrade-package.yaml',
    from: 'steps:\n  - id: build\n    title: Build\n    action: env.verify\n    agent: validation-engineer\n    timeout: 10m\n  - id: boot\n    title: Boot\n    action: instance.boot\n    agent: validation-engineer\n    needs: [build]\n    with:\n      package: ${inputs.package}\n    timeout: 90s\n    retries: 1\n',
    to: 'steps: []\n',
    shows: [
      'DEFINITION_INVALID: steps is empty.',
      'playbooks/upgrade-package.yaml:12:8',
      '  12 | steps: []',
      '     |        ^',
    ],
  },
  {
    title: 'a step that is a text',
    file: 'playbooks/upgrade-package.yaml',
    from: '  - id: build\n    title: Build\n    action: env.verify\n    agent: validation-engineer\n    timeout: 10m\n',
    to: '  - build\n',
    shows: [
      'DEFINITION_INVALID: steps[0] has to be a set of fields, not "build".',
      'playbooks/upgrade-package.yaml:13:5',
      '  13 |   - build',
      '     |     ^',
    ],
  },
  {
    title: 'an empty file',
    file: 'playbooks/upgrade-package.yaml',
    from: goodFiles['playbooks/upgrade-package.yaml'],
    to: '',
    shows: ['DEFINITION_INVALID: The file is empty.', 'playbooks/upgrade-package.yaml:1:1', '  1 | ', '    | ^'],
  },
  {
    title: 'a list as the file',
    file: 'playbooks/upgrade-package.yaml',
    from: goodFiles['playbooks/upgrade-package.yaml'],
    to: '- id: x\n',
    shows: [
      'DEFINITION_INVALID: The file has to be a set of fields, not a list.',
      'playbooks/upgrade-package.yaml:1:1',
      '  1 | - id: x',
      '    | ^',
    ],
  },
  {
    title: 'a tab as indentation',
    file: 'playbooks/upgrade-package.yaml',
    from: '    title: Boot',
    to: '\ttitle: Boot',
    shows: [
      'DEFINITION_SYNTAX: Tabs are not allowed as indentation: use spaces.',
      'playbooks/upgrade-package.yaml:19:1',
      '  19 | \ttitle: Boot',
      '     | ^',
    ],
  },
  {
    title: 'a quote without its end',
    file: 'playbooks/upgrade-package.yaml',
    from: 'title: Upgrade one package',
    to: 'title: "Upgrade one package',
    shows: [
      'DEFINITION_SYNTAX: This quote is never closed.',
      'playbooks/upgrade-package.yaml:2:8',
      '  2 | title: "Upgrade one package',
      '    |        ^',
    ],
  },
  {
    title: 'a second colon',
    file: 'playbooks/upgrade-package.yaml',
    from: 'description: Moves one package.',
    to: 'description: Moves: one package.',
    shows: [
      'DEFINITION_SYNTAX: There is a second colon, or the next line is indented too far. A text with a colon and a space has to be in quotes.',
      'playbooks/upgrade-package.yaml:3:14',
      '  3 | description: Moves: one package.',
      '    |              ^',
    ],
  },
  {
    title: 'a step that needs itself',
    file: 'playbooks/upgrade-package.yaml',
    from: '    title: Build',
    to: '    needs: [build]\n    title: Build',
    shows: [
      'PLAYBOOK_CYCLE: The steps need each other in a circle: build → build.',
      'playbooks/upgrade-package.yaml:14:13',
      '  14 |     needs: [build]',
      '     |             ^',
    ],
  },
  {
    title: 'an expression that is cut off',
    file: 'playbooks/upgrade-package.yaml',
    from: '    title: Build',
    to: '    when: inputs.version ==\n    title: Build',
    shows: [
      'EXPRESSION_INVALID: The expression inputs.version == cannot be read: Unexpected token: EOF.',
      'playbooks/upgrade-package.yaml:14:28',
      '  14 |     when: inputs.version ==',
      '     |                            ^',
    ],
  },
  {
    title: 'an expression with a misspelt input',
    file: 'playbooks/upgrade-package.yaml',
    from: '    title: Build',
    to: `    when: 'inputs.package != "" && inputs.packge != ""'\n    title: Build`,
    shows: [
      'EXPRESSION_INVALID: The expression inputs.package != "" && inputs.packge != "" knows no input packge. Did you mean package?',
      'playbooks/upgrade-package.yaml:14:43',
      `  14 |     when: 'inputs.package != "" && inputs.packge != ""'`,
      '     |                                           ^',
    ],
  },
  {
    title: 'an expression that reads a step that it does not need',
    file: 'playbooks/upgrade-package.yaml',
    from: '    title: Build',
    to: '    when: steps.boot.output.startMs > 1\n    title: Build',
    shows: [
      'EXPRESSION_INVALID: The expression steps.boot.output.startMs > 1 knows no step before it boot. There is none.',
      'playbooks/upgrade-package.yaml:14:17',
      '  14 |     when: steps.boot.output.startMs > 1',
      '     |                 ^',
    ],
  },
  {
    title: 'a list that is none',
    file: 'playbooks/upgrade-package.yaml',
    from: '    title: Build',
    to: '    for-each: inputs.package\n    title: Build',
    shows: [
      'EXPRESSION_INVALID: The expression inputs.package gives a text, not a list.',
      'playbooks/upgrade-package.yaml:14:15',
      '  14 |     for-each: inputs.package',
      '     |               ^',
    ],
  },
  {
    title: 'a condition that is no name of one',
    file: 'playbooks/upgrade-package.yaml',
    from: '    title: Build',
    to: `    when: conditions["stable"]\n    title: Build`,
    shows: [
      'EXPRESSION_INVALID: The expression conditions["stable"] names no condition with stable: write conditions["<tree>:<name>"], e.g. conditions["env-setup:environment_stable"].',
      'playbooks/upgrade-package.yaml:14:22',
      '  14 |     when: conditions["stable"]',
      '     |                      ^',
    ],
  },
  {
    title: 'steps that need each other in a circle',
    file: 'playbooks/upgrade-package.yaml',
    from: '    title: Build',
    to: '    needs: [boot]\n    title: Build',
    shows: [
      'PLAYBOOK_CYCLE: The steps need each other in a circle: build → boot → build.',
      'playbooks/upgrade-package.yaml:14:13',
      '  14 |     needs: [boot]',
      '     |             ^',
    ],
  },
];

describe('a malformed playbook', () => {
  it.each(cases)('with $title shows what and where', ({ file, from, to, shows }) => {
    expect(shownFault(() => parsePlaybook(spoilt(file, from, to))).split('\n')).toEqual(shows);
  });

  it('is none: the file before it was spoilt parses', () => {
    expect(
      parsePlaybook(spoilt('playbooks/upgrade-package.yaml')).steps.map(({ id, timeoutMs }) => [id, timeoutMs]),
    ).toEqual([
      ['build', 600_000],
      ['boot', 90_000],
    ]);
  });
});
