import { join } from 'node:path';

import { beforeAll, describe, expect, it } from 'vitest';

import type { WheelSpec } from '../../demo/wheel/make-wheel.ts';
import { stock } from '../../demo/wheel/stock.ts';
import type { EnvironmentId } from '../../src/base/ids.ts';
import type { TorchAnswer } from '../../src/domain/environments/torch-checks.ts';
import type { PackageIndex, PythonFacts } from '../../src/ports/python.ts';
import { plain, writePackages } from './support/packages.ts';
import { pythonHarness } from './support/python-harness.ts';

const { folder, toolsDir, wheelsDir, python } = pythonHarness({ isPrepared: true });
const indexDir = join(folder, 'index');
const index: PackageIndex = { kind: 'folder', path: indexDir };

/** A torch that says it has a graphics card, in few lines: what its kernels give is `product` and `folded`. */
const onCard = (
  version: string,
  { product = 256, folded = 36, arch = "['sm_80', 'sm_86']", dies = '' },
): WheelSpec => ({
  name: 'torch',
  version,
  files: {
    'torch/__init__.py': `
import os, signal
from torch import cuda, nn, version
__version__ = "${version}"
float16 = "half"
float32 = "single"
class Number:
    def __init__(self, value): self.value = value
    def __getitem__(self, _): return self
    def item(self): return self.value
def ones(*size, dtype, device): return Number(1)
def matmul(a, b):
    ${dies === 'matmul' ? 'os.kill(os.getpid(), signal.SIGSEGV)' : 'pass'}
    return Number(${product})
`,
    'torch/version.py': 'cuda = "12.8"\n',
    'torch/cuda.py': `
import os
def is_available(): return os.environ.get("CUDA_VISIBLE_DEVICES") != ""
def get_device_name(_): return "Card of the test"
def get_arch_list(): return ${arch}
def get_device_capability(_): return (8, 6)
def synchronize(): pass
`,
    'torch/nn/__init__.py': '',
    'torch/nn/functional.py': `import torch\ndef conv2d(a, b): return torch.Number(${folded})\n`,
  },
});

const wheels = writePackages(indexDir, [
  ...stock().filter(({ name, version }) => !(name === 'torch' && version !== '2.10.0')),
  onCard('3.0+cu128', {}),
  onCard('3.1+cu128', { product: 255, arch: "['sm_90', 'compute_90']" }),
  onCard('3.2+cu128', { dies: 'matmul' }),
  plain('needy', '1.0', { requires: ['torch==9.9', 'absent>=2'] }),
]);

describe('an environment that is checked', () => {
  let facts: PythonFacts;
  beforeAll(async () => {
    facts = await python.probe({ toolsDir });
  });

  /** Builds an environment of exactly these wheels, whatever they need. */
  async function built(id: string, requirements: readonly string[]): Promise<string> {
    const options = { index, python: facts, toolsDir, mark: 'm' };
    const packages = [];
    for (const line of requirements) {
      const found = await python.resolve({ ...options, requirements: [line] });
      if (found.kind !== 'resolved') throw new Error(found.reason);
      packages.push(...found.packages);
    }
    const unique = [...new Map(packages.map((one) => [one.name, one])).values()];
    const sorted = unique.sort((a, b) => (a.name < b.name ? -1 : 1));
    const dir = join(folder, 'envs', id);
    const request = { ...options, id: id as EnvironmentId, dir, lockText: '', packages: sorted, wheelsDir };
    return (await python.build(request)).python;
  }
  const asked = async (program: string, mayUseGpu = true): Promise<readonly string[]> =>
    (await python.torchCheck({ python: program, toolsDir, mayUseGpu, mark: 'm' })).map(shown);
  const shown = ({ question, outcome, device, fact }: TorchAnswer): string =>
    `${question} ${outcome}${device === null ? '' : ` on ${device}`}: ${fact}`;

  it('tells what a torch for the CPU is, what it computes, and what it does not offer', async () => {
    expect(await asked(await built('cpu', ['torch==2.10.0', 'torchvision==0.25.0']))).toEqual([
      'build passed: torch 2.10.0, built for the CPU',
      'device passed on cpu: torch.cuda.is_available() is False',
      'arch skipped: no graphics card is seen',
      'matmul passed on cpu: fp32 matmul 16 x 16 gives 16',
      'conv not-offered: torch.nn.functional.conv2d is not there',
      'nms passed on cpu: torchvision.ops.nms keeps [0, 2] of 3 boxes',
    ]);
  });

  it('says that kernels ran only where they ran on a card, and were right', async () => {
    const good = await built('card', ['torch===3.0+cu128']);
    expect(await asked(good)).toEqual([
      'build passed: torch 3.0+cu128, built for CUDA 12.8',
      'device passed on cuda:0: Card of the test',
      'arch passed on cuda:0: sm_86; the build has sm_80 sm_86',
      'matmul passed on cuda:0: fp16 matmul 256 x 256 gives 256',
      'conv passed on cuda:0: fp16 conv2d 3 x 3 over 4 channels gives 36',
      'nms skipped: no torchvision in this environment',
    ]);
    expect((await asked(good, false))[1]).toBe('device passed on cpu: torch.cuda.is_available() is False');
    expect(await asked(await built('wrong', ['torch===3.1+cu128']))).toEqual(
      expect.arrayContaining([
        'arch failed on cuda:0: sm_86; the build has sm_90 compute_90',
        'matmul failed on cuda:0: fp16 matmul 256 x 256 gives 255',
      ]),
    );
  });

  it('goes on when one question kills its process', async () => {
    const answers = await asked(await built('dies', ['torch===3.2+cu128']));
    expect(answers[3]).toBe('matmul failed: the process ended by SIGSEGV');
    expect(answers[4]).toContain('conv passed');
  });

  it('has nothing to ask where there is no torch, and finds every need that is unmet', async () => {
    expect(await asked(await built('none', ['numpy==2.1.0']))).toEqual([]);
    const options = { index, python: facts, toolsDir, mark: 'm' };
    const needy = wheels.find(({ name }) => name === 'needy');
    const found = await python.resolve({ ...options, requirements: ['torch==2.10.0'] });
    if (found.kind !== 'resolved' || needy === undefined) throw new Error('the index is not as it was written');
    const locked = { name: 'needy', version: '1.0', sha256: [needy.sha256], file: needy.file, sizeBytes: null };
    const packages = [locked, ...found.packages].sort((a, b) => (a.name < b.name ? -1 : 1));
    const dir = join(folder, 'envs', 'needy');
    const { python: program } = await python.build({
      ...options,
      id: 'needy' as EnvironmentId,
      dir,
      lockText: '',
      packages,
      wheelsDir,
    });
    expect(await python.unmetNeeds({ python: program, facts, toolsDir, mark: 'm' })).toEqual([
      { package: 'needy', version: '1.0', requirement: 'absent', found: null },
      { package: 'needy', version: '1.0', requirement: 'torch==9.9', found: 'torch 2.10.0' },
    ]);
  });
});
