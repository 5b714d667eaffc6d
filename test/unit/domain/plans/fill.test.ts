import { describe, expect, it } from 'vitest';

import { fillArguments, referencesIn } from '../../../../src/domain/plans/fill.ts';
import { faultOf } from '../definitions/shown-fault.ts';

const inputs = { package: 'torch', version: '', tricky: '${inputs.package} $$ $& $1' };

const facts = {
  inputs,
  steps: { record: { state: 'done', output: { nPackages: 214, dir: '/x' } } },
  conditions: [],
  installation: {},
} as const;

describe('fillArguments', () => {
  it.each([
    ['plain', 'plain'],
    ['${inputs.package}', 'torch'],
    ['${inputs.package}==${inputs.version}!', 'torch==!'],
    ['$5 and $HOME', '$5 and $HOME'],
    ['$${inputs.package}', '${inputs.package}'],
    ['$$$${inputs.package}', '$${inputs.package}'],
    ['$$${inputs.package}', '$torch'],
    ['${inputs.tricky}', '${inputs.package} $$ $& $1'],
    ['${ inputs.package }', 'torch'],
    ['${steps.record.output.nPackages} of ${steps.record.output.dir}', '214 of /x'],
    ['${inputs.version == "" ? "newest" : inputs.version}', 'newest'],
  ])('makes %s to %s', (text, filled) => {
    expect(fillArguments({ value: text }, facts)).toEqual({ value: filled });
  });

  it.each([
    ['${inputs.missing}', 'PLAYBOOK_UNKNOWN_REFERENCE'],
    ['${inputs.__proto__}', 'EXPRESSION_FAILED'],
    ['${inputs.constructor}', 'PLAYBOOK_UNKNOWN_REFERENCE'],
    ['${env.HOME}', 'EXPRESSION_FAILED'],
    ['${steps.record.output.missing}', 'EXPRESSION_FAILED'],
    ['${steps.record.output}', 'EXPRESSION_FAILED'],
    ['${inputs.package', 'PLAYBOOK_UNKNOWN_REFERENCE'],
    ['${}', 'PLAYBOOK_UNKNOWN_REFERENCE'],
  ])('refuses %s', (text, code) => {
    expect(faultOf(() => fillArguments({ value: text }, facts)).code).toBe(code);
  });
});

describe('referencesIn', () => {
  it('finds references and leaves out escaped ones', () => {
    expect(referencesIn('$${inputs.a} ${inputs.b} ${x} ${inputs.c')).toEqual([
      { text: '${inputs.b}', offset: 13, input: 'b', expression: 'inputs.b' },
      { text: '${x}', offset: 25, input: undefined, expression: 'x' },
      { text: '${inputs.c', offset: 30, input: undefined, expression: undefined },
    ]);
  });
});
