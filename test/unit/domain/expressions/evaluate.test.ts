import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { Fault } from '../../../../src/base/fault.ts';
import { holds, itemsOf, textOf } from '../../../../src/domain/expressions/evaluate.ts';
import type { ExpressionFacts } from '../../../../src/domain/expressions/facts.ts';
import { readExpression } from '../../../../src/domain/expressions/read.ts';
import { faultOf } from '../definitions/shown-fault.ts';

const facts: ExpressionFacts = {
  inputs: { version: '2.9.1', packs: 'a, b', code: 'globalThis.hurt = true' },
  steps: {
    record: {
      state: 'done',
      output: { nPackages: 214, one: 1, big: 1e15, list: [{ ok: true }, { ok: false }], graphics: null },
    },
    baseline: { state: 'skipped' },
    smoke: { state: 'done', items: ['a'], outputs: [{ ms: 1.5 }] },
  },
  conditions: ['env-setup:environment_stable'],
  installation: { port: 8188, template: 'comfyui' },
};

function endOf(text: string): 'value' | 'fault' | 'bug' {
  try {
    holds(text, facts);
    return 'value';
  } catch (error) {
    return error instanceof Fault ? 'fault' : 'bug';
  }
}

describe('expressions', () => {
  it.each([
    ['inputs.version == "2.9.1"', true],
    ['steps.record.output.nPackages > 213 && steps.record.output.nPackages == 214', true],
    ['steps.record.output.big > 999999999999999.0 - 1.0', true],
    ['steps.record.output.list.all(one, one.ok)', false],
    ['steps.record.output.graphics == null', true],
    ['steps.baseline.state == "skipped"', true],
    ['has(steps.baseline.output)', false],
    ['steps.smoke.outputs[0].ms < 2.0', true],
    ['installation.port == 8188', true],
    ['installation.port + 1 == 8189', true],
    ['steps.record.output.nPackages * 2 - 1 == 427', true],
    ['steps.smoke.outputs[0].ms * 2 == 3.0', true],
    ['steps.record.output.nPackages / 2.0 == 107.0', true],
    ['[1, 2][steps.record.output.one] == 2', true],
    ['conditions["env-setup:environment_stable"]', true],
    ['conditions["ops-maint:never_set"]', false],
  ])('%s is %s', (text, value) => {
    expect(holds(text, facts)).toBe(value);
  });

  it('gives lists and texts as plain values', () => {
    expect(itemsOf('inputs.packs.split(", ")', facts)).toEqual(['a', 'b']);
    expect(itemsOf('[1, 2.5]', facts)).toEqual([1, 2.5]);
    expect(textOf('steps.record.output.nPackages', facts)).toBe('214');
    expect(textOf('steps.record.output.nPackages + 1', facts)).toBe('215');
  });

  it.each([
    ['steps.record.output.missing == 1', 'No such key: missing'],
    ['inputs.constructor == "x"', 'No such key: constructor'],
    ['steps.__proto__.x', 'No such key: __proto__'],
    ['int(inputs.version) > 1', 'int()'],
    ['1 / 0 == 1', 'division by zero'],
  ])('tells why %s cannot be decided', (text, why) => {
    const fault = faultOf(() => holds(text, facts));
    expect(fault.code).toBe('EXPRESSION_FAILED');
    expect(fault.message).toContain(why);
  });

  it('is given at most 32 things to do a step for', () => {
    const many = { ...facts, inputs: { packs: Array.from({ length: 33 }, (_, n) => `p${n}`).join(',') } };
    expect(faultOf(() => itemsOf('inputs.packs.split(",")', many)).message).toContain('32 at most');
  });

  it('never runs what a text says', () => {
    expect(textOf('inputs.code', facts)).toBe('globalThis.hurt = true');
    expect((globalThis as { hurt?: boolean }).hurt).toBeUndefined();
  });

  it('ends with a value or a fault, whatever is written', () => {
    const word = fc.constantFrom(
      'inputs',
      '.',
      'version',
      '[',
      ']',
      '(',
      ')',
      '"x"',
      '==',
      '&&',
      '!',
      '1',
      '-',
      'size',
      ',',
      '{',
      '}',
      ':',
      '?',
      'all',
      '\u0000',
      '\ud800',
    );
    fc.assert(
      fc.property(fc.array(word, { maxLength: 14 }), (words) => {
        const text = words.join('');
        const scope = { inputs: ['version'], steps: [], conditions: true, item: false, output: false };
        if (text === '' || readExpression(text, scope, 'truth').kind === 'wrong') return;
        expect(['value', 'fault']).toContain(endOf(text));
      }),
      { numRuns: 500 },
    );
  });

  it('takes a thousand items through the longest expression in less than a second', () => {
    const list = Array.from({ length: 1_000 }, (_, n) => ({ n }));
    const long = `steps.record.output.list.all(one, ${Array.from({ length: 12 }, () => 'one.n >= 0').join(' && ')})`;
    const startMs = performance.now();
    expect(holds(long, { ...facts, steps: { record: { state: 'done', output: { list } } } })).toBe(true);
    expect(performance.now() - startMs).toBeLessThan(1_000);
  });
});
