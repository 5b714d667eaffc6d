import { describe, expect, it } from 'vitest';

import { torchWarnings } from '../../../../src/domain/environments/torch-companions.ts';
import {
  chooseTorch,
  torchaudioOf,
  torchvisionOf,
  type TorchQuestion,
} from '../../../../src/domain/environments/torch-family.ts';

describe('the torch family', () => {
  it.each([
    ['2.3.0', '0.18.0', '2.3.0'],
    ['2.5.1', '0.20.1', '2.5.1'],
    ['2.8.0+cu128', '0.23.0', '2.8.0'],
    ['2.9.1', '0.24.1', '2.9.1'],
    ['2.10.0', '0.25.0', '2.10.0'],
    ['2.11.0', '0.26.0', '2.11.0'],
    ['2.14.1', '0.29.1', '2.11.0'],
    ['2.2.0', undefined, undefined],
    ['1.13.1', undefined, undefined],
    ['3.0.0', undefined, undefined],
    ['nonsense', undefined, undefined],
  ])('%s goes with torchvision %s and torchaudio %s', (torch, torchvision, torchaudio) => {
    expect([torchvisionOf(torch), torchaudioOf(torch)]).toEqual([torchvision, torchaudio]);
  });
});

describe('chooseTorch', () => {
  const question: TorchQuestion = {
    torch: ['2.8.0', '2.9.1', '2.11.0', '2.12.0rc1', '2.13.0'],
    torchvision: ['0.23.0', '0.24.1', '0.26.0'],
    current: '2.8.0',
    wanted: '',
  };
  const told = (change: Partial<TorchQuestion>): string => {
    const answer = chooseTorch({ ...question, ...change });
    const fell = answer.rejected.map(({ version, why }) => `; not ${version}: ${why}`).join('');
    return `${answer.kind}${answer.kind === 'none' ? '' : ` ${answer.torch}`}${answer.kind === 'chosen' ? ` ${answer.torchvision}` : ''}${fell}`;
  };

  it.each<[string, Partial<TorchQuestion>, string]>([
    [
      'takes the newest pair and says why newer ones fell out',
      {},
      'chosen 2.11.0 0.26.0; not 2.13.0: no torchvision 0.28.0 is offered; not 2.12.0rc1: a pre-release',
    ],
    ['takes the version that is asked for', { wanted: '2.9.1' }, 'chosen 2.9.1 0.24.1'],
    [
      'takes a pre-release that is asked for by name',
      { wanted: '2.12.0rc1', torchvision: ['0.27.0'] },
      'chosen 2.12.0rc1 0.27.0',
    ],
    ['goes back only when asked to', { current: '2.11.0', wanted: '2.8.0' }, 'chosen 2.8.0 0.23.0'],
    ['says that nothing newer is there', { torch: ['2.8.0'] }, 'current 2.8.0'],
    ['never goes back by itself', { torch: ['2.7.0'], torchvision: ['0.22.0'] }, 'none'],
    [
      'says why the wanted one is not possible',
      { wanted: '2.13.0' },
      'none; not 2.13.0: no torchvision 0.28.0 is offered',
    ],
    ['finds nothing for a version that is not offered', { wanted: '2.10.0' }, 'none'],
    [
      'takes any build when none is installed',
      { current: null },
      'chosen 2.11.0 0.26.0; not 2.13.0: no torchvision 0.28.0 is offered; not 2.12.0rc1: a pre-release',
    ],
    [
      'keeps the build of the installed torch',
      {
        current: '2.8.0+cu128',
        torch: ['2.8.0+cu128', '2.9.1+cu128', '2.11.0+cu130'],
        torchvision: ['0.24.1+cu128', '0.24.1+cu130', '0.26.0+cu130'],
      },
      'chosen 2.9.1+cu128 0.24.1+cu128; not 2.11.0+cu130: no cu128 build (the build of the installed torch is kept)',
    ],
    [
      'listens to other objections',
      { objection: (torch) => (torch === '2.11.0' ? 'ComfyUI wants torch<2.11' : undefined) },
      'chosen 2.9.1 0.24.1; not 2.13.0: no torchvision 0.28.0 is offered; not 2.12.0rc1: a pre-release; not 2.11.0: ComfyUI wants torch<2.11',
    ],
  ])('%s', (_, change, expected) => {
    expect(told(change)).toBe(expected);
  });
});

describe('torchWarnings', () => {
  const warnings = (torch: string, versions: Record<string, string>): readonly string[] =>
    torchWarnings(torch, new Map(Object.entries(versions)));

  it('are silent when nothing is there or all belong together', () => {
    expect(warnings('2.8.0', {})).toEqual([]);
    expect(warnings('2.8.0+cu128', { torchaudio: '2.8.0+cu128', xformers: '0.0.32.post2' })).toEqual([]);
    expect(warnings('2.14.0', { torchaudio: '2.11.0', xformers: '0.0.35' })).toEqual([]);
  });

  it('name what was built for another torch', () => {
    expect(warnings('2.9.1', { torchaudio: '2.8.0', xformers: '0.0.32.post2' })).toEqual([
      'torchaudio 2.8.0 does not belong to torch 2.9.1: 2.9.1 does.',
      'xformers 0.0.32.post2 was not built for torch 2.9.1: 0.0.33.post2 was. ComfyUI does without it.',
    ]);
    expect(warnings('2.11.0', { xformers: '0.0.33' })).toEqual([
      'xformers 0.0.33 was not built for torch 2.11.0. ComfyUI does without it.',
    ]);
  });
});
