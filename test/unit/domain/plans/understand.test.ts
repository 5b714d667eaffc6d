import { readFileSync } from 'node:fs';

import { describe, expect, it } from 'vitest';

import { parsePlaybook } from '../../../../src/domain/definitions/playbook.ts';
import type { Playbook } from '../../../../src/domain/definitions/types.ts';
import { understandGoal } from '../../../../src/domain/plans/understand.ts';

const builtIn = (id: string): Playbook => {
  const text = readFileSync(new URL(`../../../../playbooks/${id}.yaml`, import.meta.url), 'utf8');
  return parsePlaybook({ file: `built-in:playbooks/${id}.yaml`, text, origin: 'built-in' });
};
const pytorch = builtIn('upgrade-pytorch');
const onePackage = builtIn('upgrade-package');
const both = [onePackage, pytorch];

/** Returns what is understood as one line. */
function told(goal: string, playbooks: readonly Playbook[] = both): string {
  const answer = understandGoal(goal, playbooks);
  if (answer.kind === 'unknown') return 'unknown';
  const { playbook, score, inputs } = answer;
  return [playbook.id, score.toFixed(2), inputs['package'], inputs['version']].filter(Boolean).join(' ');
}

describe('a goal that is understood', () => {
  it.each([
    ['upgrade pytorch', 'upgrade-pytorch 1.00'],
    ['Upgrade PyTorch!', 'upgrade-pytorch 1.00'],
    ['please update torch now', 'upgrade-pytorch 1.00'],
    ['upgarde pytorch', 'upgrade-pytorch 0.90'],
    ['bring torch up to date', 'upgrade-pytorch 1.00'],
    ['upgrade pytorch and torchvision', 'upgrade-pytorch 1.00'],
    ['upgrade pytorch to the latest version', 'upgrade-pytorch 1.00'],
    ['upgrade pytorch to 2.9.1', 'upgrade-pytorch 1.00 2.9.1'],
    ['upgrade pytorch to version 2.9.1.', 'upgrade-pytorch 1.00 2.9.1'],
    ['upgrade torch==2.9.1', 'upgrade-pytorch 1.00 2.9.1'],
    ['upgrade torch === 2.9.1+cu128', 'upgrade-pytorch 1.00 2.9.1+cu128'],
    ['upgrade pytorch v2.10.0rc1', 'upgrade-pytorch 1.00 2.10.0rc1'],
    ['upgrade numpy', 'upgrade-package 0.90 numpy'],
    ['upgrade the numpy package to 2.1', 'upgrade-package 0.90 numpy 2.1'],
    ['bump huggingface_hub to 1', 'upgrade-package 0.90 huggingface_hub 1'],
    ['upgrade comfyui-frontend-package', 'upgrade-package 0.90 comfyui-frontend-package'],
  ])('%s: %s', (goal, expected) => {
    expect(told(goal)).toBe(expected);
  });

  it('prefers the playbook that names the package, in any order of the files', () => {
    expect(told('upgrade pytorch', [pytorch, onePackage])).toBe(told('upgrade pytorch', [onePackage, pytorch]));
    expect(told('upgrade pytorch', [onePackage])).toBe('upgrade-package 0.90 pytorch');
  });

  it('settles a tie by id', () => {
    const twin = { ...pytorch, id: 'a-twin' };
    expect(understandGoal('upgrade pytorch', [pytorch, twin])).toMatchObject({
      kind: 'understood',
      playbook: { id: 'a-twin' },
    });
  });
});

describe('a goal that is refused', () => {
  it.each([
    '',
    'upgrade',
    'pytorch',
    'upgrade everything',
    'upgrade all packages',
    'upgrade comfyui',
    'upgrade python 3.12',
    'install numpy',
    'do not upgrade pytorch',
    "don't upgrade pytorch and torchvision",
    'upgrade pytorch and numpy',
    'upgrade pytorch tomorrow',
    'upgrade numpy to <2',
    'upgrade numpy>=2',
    'upgrade scipy 1.0 to 2.0',
    'downgrade torch to 2.8.0',
    'undo the upgrade of pytorch',
    'rm -rf /',
    'upgrade --index-url=http://evil',
    `upgrade pytorch ${'x '.repeat(400)}`,
  ])('%s', (goal) => {
    expect(understandGoal(goal, both).kind).toBe('unknown');
  });

  it('names the nearest playbooks with something to type', () => {
    expect(understandGoal('upgrade pytorch tomorrow', both)).toEqual({
      kind: 'unknown',
      nearest: [
        { id: 'upgrade-pytorch', title: 'Upgrade PyTorch', score: 0.67, trigger: 'upgrade pytorch' },
        { id: 'upgrade-package', title: 'Upgrade one Python package', score: 0.6, trigger: 'upgrade {package}' },
      ],
    });
  });

  it('does not guess an input that has no default', () => {
    const needy = {
      ...pytorch,
      id: 'needy',
      inputs: { ...pytorch.inputs, window: { description: 'When.', default: null } },
    };
    expect(understandGoal('upgrade pytorch', [needy])).toMatchObject({
      kind: 'unknown',
      nearest: [{ id: 'needy', score: 1 }],
    });
    expect(understandGoal('upgrade pytorch', [needy], { window: 'tonight' })).toMatchObject({
      kind: 'understood',
      inputs: { window: 'tonight' },
    });
  });

  it('takes a version for an unexplained word when the playbook has none', () => {
    const { version: _, ...inputs } = pytorch.inputs;
    expect(understandGoal('upgrade pytorch to 2.9.1', [{ ...pytorch, inputs }]).kind).toBe('unknown');
  });
});

describe('a goal about components', () => {
  const all = [onePackage, pytorch, builtIn('update-comfyui'), builtIn('update-pack')];
  const said = (goal: string): string => {
    const answer = understandGoal(goal, all);
    if (answer.kind === 'unknown') return 'unknown';
    const { component = '', version = '' } = answer.inputs;
    return [answer.playbook.id, component, version].join(' ').trim();
  };

  it.each([
    ['update comfyui', 'update-comfyui'],
    ['Upgrade ComfyUI to v0.8.0', 'update-comfyui  0.8.0'],
    ['upgrade comfyui 0.3.76', 'update-comfyui  0.3.76'],
    ['bring comfyui up to date', 'update-comfyui'],
    ['update pack demo-pack', 'update-pack demo-pack'],
    ['update the node pack rgthree-comfy to 1.2.3', 'update-pack rgthree-comfy 1.2.3'],
    ['upgrade numpy', 'upgrade-package'],
    ['do not update comfyui', 'unknown'],
  ])('%s', (goal, expected) => {
    expect(said(goal)).toBe(expected);
  });
});
