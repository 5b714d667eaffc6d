import { expect, it } from 'vitest';

import { readLine } from '../../../../src/adapters/python/pip-check.ts';

it.each([
  [
    'Torch_Vision 0.25.0 has requirement torch==2.10.0, but you have torch 2.11.0+cu128.',
    { package: 'torch-vision', version: '0.25.0', requirement: 'torch==2.10.0', found: 'torch 2.11.0+cu128' },
  ],
  [
    'torchvision 0.25.0 requires numpy, which is not installed.',
    { package: 'torchvision', version: '0.25.0', requirement: 'numpy', found: null },
  ],
  [
    'triton 3.0 is not supported on this platform',
    { package: 'triton', version: '3.0', requirement: 'another platform', found: null },
  ],
  ['No broken requirements found.', undefined],
  ['', undefined],
])('%s', (line, expected) => {
  expect(readLine(line)).toEqual(expected);
});
