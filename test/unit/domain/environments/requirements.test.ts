import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { lockMeets } from '../../../../src/domain/environments/lock-meets.ts';
import {
  editRequirement,
  parseRequirements,
  printRequirement,
} from '../../../../src/domain/environments/requirements.ts';
import { shownFault } from '../definitions/shown-fault.ts';

const file = 'requirements.in';
const text = `# what ComfyUI wants
torch===2.8.0
torchvision
numpy >= 1.25, <3   # transformers 5 wants 2
Pillow[xmp, webp]>=10 ; python_version >= "3.10"

  huggingface_hub
`;

describe('parseRequirements', () => {
  it('reads names, extras, specifiers, markers and comments', () => {
    expect(parseRequirements({ file, text })).toMatchObject([
      { name: 'torch', writtenName: 'torch', extras: [], specifier: '===2.8.0', marker: null, comment: null, line: 2 },
      {
        name: 'torchvision',
        writtenName: 'torchvision',
        extras: [],
        specifier: '',
        marker: null,
        comment: null,
        line: 3,
      },
      {
        name: 'numpy',
        writtenName: 'numpy',
        extras: [],
        specifier: '>= 1.25, <3',
        marker: null,
        comment: 'transformers 5 wants 2',
        line: 4,
      },
      {
        name: 'pillow',
        writtenName: 'Pillow',
        extras: ['xmp', 'webp'],
        specifier: '>=10',
        marker: 'python_version >= "3.10"',
        comment: null,
        line: 5,
      },
      {
        name: 'huggingface-hub',
        writtenName: 'huggingface_hub',
        extras: [],
        specifier: '',
        marker: null,
        comment: null,
        line: 7,
      },
    ]);
  });

  it('prints a requirement as one line', () => {
    expect(parseRequirements({ file, text }).map(printRequirement)).toEqual([
      'torch===2.8.0',
      'torchvision',
      'numpy>= 1.25, <3  # transformers 5 wants 2',
      'Pillow[xmp,webp]>=10; python_version >= "3.10"',
      'huggingface_hub',
    ]);
  });

  it.each([
    ['--index-url http://evil', 'Options are not read here: indexes are set in orchestrate.yaml.', 1],
    ['-e .', 'Options are not read here: indexes are set in orchestrate.yaml.', 1],
    ['  -r /etc/passwd', 'Options are not read here: indexes are set in orchestrate.yaml.', 3],
    ['torch @ https://evil/torch.whl', 'Addresses and paths are not read here: only packages of the index.', 6],
    ['./torch.whl', 'A line has to start with the name of a package.', 1],
    ['https://evil/torch.whl', 'A line has to start with the name of a package.', 1],
    ['torch==2.8 \\', 'A requirement has to be on one line.', 12],
    ['torch=2.8', 'This is no version specifier such as ==2.9.1 or >=2,<3.', 6],
    ['torch 2.8', 'This is no version specifier such as ==2.9.1 or >=2,<3.', 7],
    ['==2.8', 'A line has to start with the name of a package.', 1],
  ])('refuses %s', (line, message, column) => {
    const shown = shownFault(() => parseRequirements({ file, text: `numpy\n${line}\n` }));
    expect(shown.split('\n').slice(0, 2)).toEqual([`DEFINITION_INVALID: ${message}`, `requirements.in:2:${column}`]);
  });
});

describe('editRequirement', () => {
  it('changes the one specifier and nothing else', () => {
    expect(editRequirement(text, { name: 'NumPy', specifier: '===2.3.1' })).toBe(
      text.replace('numpy >= 1.25, <3   #', 'numpy ===2.3.1   #'),
    );
    expect(editRequirement(text, { name: 'pillow', specifier: '===11.0' })).toBe(text.replace('>=10 ;', '===11.0 ;'));
    expect(editRequirement(text, { name: 'torchvision', specifier: '===0.26.0' })).toBe(
      text.replace('torchvision', 'torchvision===0.26.0'),
    );
    expect(editRequirement(text, { name: 'torch', specifier: '' })).toBe(text.replace('===2.8.0', ''));
  });

  it('adds what is not there as a last line, with the line breaks of the file', () => {
    expect(editRequirement('a\nb', { name: 'c', specifier: '>=1' })).toBe('a\nb\nc>=1\n');
    expect(editRequirement('a\r\nb\r\n', { name: 'c', specifier: '' })).toBe('a\r\nb\r\nc\r\n');
    expect(editRequirement('', { name: 'c', specifier: '' })).toBe('c\n');
  });

  it('keeps every other line byte for byte, and a repeat changes nothing', () => {
    const other = fc.constantFrom(
      '',
      '# note',
      '  # indented',
      'numpy',
      'numpy<3  # why',
      'Pillow[x] >=1 ; os_name == "posix"',
      '\tscipy',
      'torchaudio==2.8.0   ',
    );
    const end = fc.constantFrom('\n', '\r\n');
    const line = fc.tuple(other, end).map(([content, lineEnd]) => content + lineEnd);
    const mine = fc.constantFrom(
      'torch',
      'torch==2.8.0',
      ' torch >=2,<3 ',
      'Torch[x]~=2.8  # mine',
      'torch ; python_version > "3"',
    );
    fc.assert(
      fc.property(fc.array(line), mine, end, fc.array(line), (before, asked, lineEnd, after) => {
        const original = [...before, asked + lineEnd, ...after].join('');
        const edited = editRequirement(original, { name: 'torch', specifier: '===2.11.0' });
        expect(edited.startsWith(before.join(''))).toBe(true);
        expect(edited.endsWith(lineEnd + after.join(''))).toBe(true);
        const found = parseRequirements({ file, text: edited }).filter(({ name }) => name === 'torch');
        expect(found.map(({ specifier }) => specifier)).toEqual(['===2.11.0']);
        expect(editRequirement(edited, { name: 'torch', specifier: '===2.11.0' })).toBe(edited);
      }),
    );
  });
});

describe('lockMeets', () => {
  const locked = (name: string, version: string) => ({
    name,
    version,
    sha256: ['0'.repeat(64)],
    file: 'x',
    sizeBytes: null,
  });

  it('names every requirement that the lock does not meet', () => {
    const packages = [
      locked('torch', '2.8.0'),
      locked('numpy', '3.0'),
      locked('pillow', '11.0'),
      locked('huggingface-hub', '1'),
    ];
    expect(lockMeets(text, packages)).toEqual([
      'The lock has no torchvision.',
      'The lock has numpy 3.0, which does not meet >= 1.25, <3.',
    ]);
  });

  it('lets a package with a marker be absent, or meet one of its lines', () => {
    const either = 'numpy<2; python_version < "3.12"\nnumpy>=2; python_version >= "3.12"\n';
    expect(lockMeets(either, [])).toEqual([]);
    expect(lockMeets(either, [locked('numpy', '2.1')])).toEqual([]);
    expect(lockMeets('numpy<2; python_version < "3.12"\n', [locked('numpy', '2.1')])).toHaveLength(1);
  });
});
