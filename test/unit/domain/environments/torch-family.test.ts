import { describe, expect, it } from 'vitest';

import { torchWarnings } from '../../../../src/domain/environments/torch-companions.ts';
import { partnersOf } from '../../../../src/domain/environments/torch-family.ts';
import { tagArchitectures, torchRows } from '../../../../src/domain/environments/torch-table.ts';
import { compareVersions } from '../../../../src/domain/environments/version.ts';

describe('the torch family', () => {
  it.each([
    ['2.3.0', '0.18.0', '2.3.0'],
    ['2.5.1', '0.20.1', '2.5.1'],
    ['2.8.0+cu128', '0.23.0', '2.8.0'],
    ['2.9.1', '0.24.1', '2.9.1'],
    ['2.10.0', '0.25.0', '2.10.0'],
    ['2.11.0', '0.26.0', '2.11.0'],
    ['2.12.1', '0.27.1', '2.11.0'],
    ['2.14.1', '0.29.1', '2.11.0'],
    ['2.15.0', '0.30.0', '2.11.0'],
    ['2.2.0', undefined, undefined],
    ['1.13.1', undefined, undefined],
    ['3.0.0', undefined, undefined],
    ['nonsense', undefined, undefined],
  ])('%s goes with torchvision %s and torchaudio %s', (torch, torchvision, torchaudio) => {
    const partners = partnersOf(torch);
    expect([partners?.torchvision, partners?.torchaudio]).toEqual([torchvision, torchaudio]);
  });

  it('is a table in order, where the rule of the family holds in every row', () => {
    expect(torchRows.map((row) => row.torch)).toEqual(torchRows.map((row) => row.torch).toSorted(compareVersions));
    for (const { torch, torchvision, tags } of torchRows) {
      const [, minor = 0, patch = 0] = torch.split('.').map(Number);
      expect(torchvision).toBe(`0.${minor + 15}.${patch}`);
      for (const tag of tags) expect(tagArchitectures.map((one) => one.tag)).toContain(tag);
    }
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
