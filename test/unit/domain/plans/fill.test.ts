import { describe, expect, it } from 'vitest';

import { fillArguments, referencesIn } from '../../../../src/domain/plans/fill.ts';
import { faultOf } from '../definitions/shown-fault.ts';

const inputs = { package: 'torch', version: '', tricky: '${inputs.package} $$ $& $1' };

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
  ])('makes %s to %s', (text, filled) => {
    expect(fillArguments({ value: text }, { inputs })).toEqual({ value: filled });
  });

  it.each([
    '${inputs.missing}',
    '${inputs.__proto__}',
    '${inputs.constructor}',
    '${env.HOME}',
    '${ inputs.package }',
    '${inputs.package',
    '${}',
  ])('refuses %s', (text) => {
    expect(faultOf(() => fillArguments({ value: text }, { inputs })).code).toBe('PLAYBOOK_UNKNOWN_REFERENCE');
  });
});

describe('referencesIn', () => {
  it('finds references and leaves out escaped ones', () => {
    expect(referencesIn('$${inputs.a} ${inputs.b} ${x} ${inputs.c')).toEqual([
      { text: '${inputs.b}', input: 'b' },
      { text: '${x}', input: undefined },
      { text: '${inputs.c', input: undefined },
    ]);
  });
});
