import { describe, expect, it } from 'vitest';

import { readExpression } from '../../../../src/domain/expressions/read.ts';
import type { ExpressionScope } from '../../../../src/domain/expressions/scope.ts';

const scope: ExpressionScope = {
  inputs: ['version', 'packs'],
  steps: ['record', 'choose-core'],
  conditions: true,
  item: true,
  output: true,
};

describe('readExpression', () => {
  it.each([
    'inputs.version != ""',
    'steps.record.output.nPackages > 100 && conditions["env-setup:environment_stable"]',
    'has(steps.record.output.graphics) ? steps.record.output.graphics == "none" : true',
    'steps["choose-core"].state == "skipped"',
    'inputs.packs.split(",").exists(pack, pack.startsWith("comfy"))',
    'output.failed.size() == 0',
    'item in ["a", "b"]',
    '[1, 2].all(x, x in [1, 2, 3])',
    'item in output.failed',
    'installation.template == "comfyui" || installation.port == 8188',
  ])('reads %s', (text) => {
    expect(readExpression(text, scope, 'truth').kind).toBe('read');
  });

  it('says which steps and conditions are read, and whether its own work is', () => {
    expect(
      readExpression('steps.record.output.n > 1 || conditions["a:b"] || item == "x"', scope, 'truth'),
    ).toMatchObject({ reads: { steps: ['record'], conditions: ['a:b'], own: true } });
  });

  it.each([
    ['inputs.version ==', 'cannot be read: Unexpected token: EOF', 17],
    ['inputs.versoin == ""', 'knows no input versoin. Did you mean version?', 7],
    ['inputs["pack"] == ""', 'knows no input pack. Did you mean packs?', 7],
    ['steps.lock.output.x == 1', 'knows no step before it lock. There are: record, choose-core.', 6],
    ['steps.choose-core.state == "done"', 'knows no step before it choose. There are: record, choose-core.', 6],
    ['installation.prt == 1', 'knows no fact of the installation prt. Did you mean port?', 13],
    ['inputs.version > 3', 'does not fit: no such overload: string > int', 0],
    ['inputs.version', 'gives a text, not true or false', 0],
    [
      'process.exit(1)',
      'knows no process here: there are inputs, steps, conditions, installation, item, output. A name with a "-" is written steps["<name>"].',
      0,
    ],
    ['inputs[item] == ""', 'has to write out which of inputs it reads', 7],
    ['size(inputs) > 1', 'has to say which of inputs: inputs.<name>, or inputs["<name>"] for one with a "-"', 5],
    [
      'conditions["environment_stable"]',
      'names no condition with environment_stable: write conditions["<tree>:<name>"], e.g. conditions["env-setup:environment_stable"]',
      11,
    ],
  ])('refuses %s with its place', (text, message, offset) => {
    const problem = { message: expect.stringContaining(message) as string, offset };
    expect(readExpression(text, scope, 'truth')).toMatchObject({ kind: 'wrong', problem });
  });

  it.each([
    ['a pattern, which can take for ever', 'inputs.version.matches("(a+)+$")', 'has no function matches'],
    ['a list within a list', '[1, 2].all(x, [1, 2].all(y, x < y))', 'may not go through a list within a list'],
    [
      'a list looked through within a list',
      '[1, 2].all(x, x in output.failed)',
      'may not look through a list within a list',
    ],
    [
      'a longer list than is allowed',
      `1 in [${Array.from({ length: 33 }, () => '1').join()}]`,
      'Exceeded maxListElements',
    ],
    ['deeper nesting than is allowed', `${'('.repeat(20)}true${')'.repeat(20)}`, 'Exceeded maxDepth'],
    ['a longer text than is read', `inputs.version == "${'x'.repeat(300)}"`, 'is longer than 300 characters'],
  ])('refuses %s', (_, text, message) => {
    const read = readExpression(text, scope, 'truth');
    expect(read.kind === 'wrong' && read.problem.message).toContain(message);
  });

  it('knows nothing that its place does not know', () => {
    const bare = { ...scope, conditions: false, item: false, output: false };
    for (const text of ['conditions["a:b"]', 'item == 1', 'output.n == 1'])
      expect(readExpression(text, bare, 'truth')).toMatchObject({ kind: 'wrong' });
  });
});
