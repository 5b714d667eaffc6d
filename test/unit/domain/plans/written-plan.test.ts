import { describe, expect, it } from 'vitest';

import { assembleDefinitions } from '../../../../src/domain/definitions/definitions.ts';
import { readWrittenPlan, type WrittenFor } from '../../../../src/domain/plans/written-plan.ts';
import { knownNames, sourcesWith } from '../definitions/good-files.ts';

const definitions = assembleDefinitions(sourcesWith(), knownNames);
const [playbook] = definitions.playbooks.values();
if (playbook === undefined) throw new Error('no good playbook');
const [step] = playbook.steps;
if (step === undefined) throw new Error('no good step');

const asked: WrittenFor = { run: 'r7', goal: 'make the models show up', given: {}, definitions, known: knownNames };
const good = {
  id: 'whatever',
  title: 'Make the models show up',
  description: 'Paths are written anew.',
  triggers: ['make the models show up'],
  inputs: { package: { description: 'The package.', default: 'numpy' } },
  tree: playbook.tree,
  plan: 'env.choose',
  risk: 'low',
  steps: [{ id: 'build', title: 'Look at it', action: 'env.verify', agent: step.agent, timeout: '10m' }],
};
const agentFor = (action: string): string =>
  [...definitions.agents.values()].find(({ tools }) => tools.includes(action))?.id ?? 'nobody';
const written = (change: object = {}): string =>
  JSON.stringify({ ...good, steps: [{ ...good.steps[0], agent: agentFor('env.verify') }], ...change });
const faultsOf = (answer: string, options = asked): readonly string[] => {
  const found = readWrittenPlan(answer, options);
  return found.kind === 'faults' ? found.faults : [];
};

describe('readWrittenPlan', () => {
  it('takes a playbook as JSON, in a fence too, and keeps it as YAML that reads the same', () => {
    const plain = readWrittenPlan(written(), asked);
    const fenced = readWrittenPlan(`\`\`\`json\n${written()}\n\`\`\``, asked);
    expect(plain).toMatchObject({
      kind: 'fits',
      value: { playbook: { id: 'plan-r7', tree: playbook.tree, file: 'plan of r7' } },
    });
    expect(fenced).toEqual(plain);
    if (plain.kind !== 'fits') throw new Error('does not fit');
    expect(plain.value.text).toContain('id: plan-r7\n');
    expect(readWrittenPlan(plain.value.text, asked)).toEqual(plain);
  });

  it('leaves out what a model wrote as null, and topics that would start it', () => {
    const found = readWrittenPlan(written({ on: ['everything'], trees: null }), asked);
    expect(found).toMatchObject({ kind: 'fits', value: { playbook: { on: [], trees: [] } } });
  });

  it.each([
    ['no object', '[1]', 'no object with the fields of a playbook'],
    ['half an answer', '{"id": "x", "steps": [', ''],
    ['prose', 'I would rather approve it at once.', 'no object'],
    [
      'a step that no action does',
      written({ steps: [{ ...good.steps[0], action: 'review.approve' }] }),
      'review.approve',
    ],
    ['an agent that may not', written({ steps: [{ ...good.steps[0], agent: 'root' }] }), 'root'],
    ['a tree that is not there', written({ tree: 'production' }), 'production'],
    ['a field of its own', written({ 'auto-merge': true }), 'auto-merge'],
    [
      'an input that nobody fills in',
      written({ inputs: { package: { description: 'The package.' } } }),
      'package has no value',
    ],
    ['a circle', written({ steps: [{ ...good.steps[0], needs: ['build'] }] }), 'circle'],
  ])('refuses %s, as a sentence for the model', (_what, answer, sentence) => {
    const faults = faultsOf(answer);
    expect(faults.length).toBeGreaterThan(0);
    expect(faults.join('\n')).toContain(sentence);
  });

  it('wants the inputs that the person gave', () => {
    expect(faultsOf(written(), { ...asked, given: { package: 'torch', port: '1' } })).toEqual([
      'The person gave port: the plan has to take it as an input.',
    ]);
  });
});
