import { describe, expect, it } from 'vitest';

import { envChooseTorch } from '../../../src/actions/env-choose-torch.ts';
import { Fault } from '../../../src/base/fault.ts';
import { readLock } from '../../../src/domain/environments/lock.ts';
import type { Acceleration } from '../../../src/ports/accelerators.ts';
import type { FakePython } from '../../fakes/fake-python.ts';
import { createWorld, type WorldOptions } from '../../fakes/fake-world.ts';
import { planningContext } from './planning-context.ts';

const tags = ['cp312-cp312-manylinux_2_28_x86_64'];
const of = (needs: readonly string[] = []) => ({ needs, tags });
const index: FakePython['index'] = {
  numpy: { '2.1.0': {}, '2.0.0': {} },
  'nvidia-cublas-cu12': { '12.8.3': {}, '12.9.1': {} },
  triton: { '3.4.0': {}, '3.6.0': {} },
  torch: {
    '2.8.0+cu128': of(['triton==3.4.0', 'nvidia-cublas-cu12==12.8.3']),
    '2.9.1+cu128': of(['triton==3.6.0', 'nvidia-cublas-cu12==12.9.1']),
    '2.10.0+cu128': of(['numpy<1']),
    '2.11.0+cu130': of(),
    '2.12.0rc1+cu128': of(),
  },
  torchvision: {
    '0.23.0+cu128': of(),
    '0.24.1+cu128': of(['torch==2.9.1']),
    '0.25.0+cu128': of(),
    '0.26.0+cu130': of(),
  },
};
const packages = {
  numpy: '2.0.0',
  'nvidia-cublas-cu12': '12.8.3',
  torch: '2.8.0+cu128',
  torchvision: '0.23.0+cu128',
  triton: '3.4.0',
};
const requirements = 'torch==2.8.0+cu128   # mine\ntorchvision\nnumpy>=2\n';
async function choosing(
  asked: { version?: string; cuda?: string } = {},
  options: WorldOptions & { machine?: Acceleration; torchIndex?: boolean } = {},
) {
  const world = await createWorld({ index, packages, requirements, ...options });
  world.accelerators.found = options.machine ?? { kind: 'none' };
  const context = await planningContext(world);
  const torchIndex = options.torchIndex === false ? null : ({ kind: 'folder', path: '/torch' } as const);
  const config = { ...context.config, python: { ...context.config.python, torchIndex } };
  const plan = () => envChooseTorch.plan({ ...context, config }, envChooseTorch.input.parse(asked));
  return { world, plan };
}

async function faultOf(made: Promise<unknown>): Promise<Fault> {
  try {
    await made;
  } catch (error) {
    if (error instanceof Fault) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

describe('env.choose-torch', () => {
  it('moves the family from its own index, and only what torch brought moves with it', async () => {
    const { plan, world } = await choosing();
    const draft = await plan();
    expect(draft.moves).toEqual([
      { name: 'torch', from: '2.8.0+cu128', to: '2.9.1+cu128' },
      { name: 'torchvision', from: '0.23.0+cu128', to: '0.24.1+cu128' },
      { name: 'nvidia-cublas-cu12', from: '12.8.3', to: '12.9.1' },
      { name: 'triton', from: '3.4.0', to: '3.6.0' },
    ]);
    const lock = readLock({ file: 'requirements.lock', text: draft.lockText ?? '' });
    expect(lock.packages.map(({ name, index: from = '' }) => `${name} ${from}`)).toEqual([
      'numpy ',
      'nvidia-cublas-cu12 ',
      'torch torch/cu128',
      'torchvision torch/cu128',
      'triton ',
    ]);
    expect(draft.requirementsText).toBe('torch==2.9.1+cu128   # mine\ntorchvision\nnumpy>=2\n');
    expect(world.python.constrained.at(-1)).toEqual(['numpy===2.0.0']);
  });

  it('says why each newer one fell out, the resolver’s reason among them', async () => {
    const draft = await (await choosing()).plan();
    expect(draft.rejected).toEqual([
      { name: 'torch', version: '2.12.0rc1', why: 'a pre-release' },
      {
        name: 'torch',
        version: '2.11.0',
        why: 'no cu128 build (the CUDA family is kept; --cuda changes it)',
      },
      { name: 'torch', version: '2.10.0', why: expect.stringContaining('numpy') as string },
    ]);
  });

  it('tells what was not proven: the card, and the age that no index tells', async () => {
    const draft = await (await choosing()).plan();
    expect(draft.warnings).toEqual([
      'no index tells when torch 2.9.1 was published: its age was not checked',
      'no NVIDIA card was found here: that cu128 runs cannot be proven on this machine',
    ]);
  });

  it('takes the family that is asked for, and shows card, driver and the change', async () => {
    const machine: Acceleration = {
      kind: 'nvidia',
      driver: '580.65.06',
      cudaVersion: '13.0',
      gpus: [{ name: 'RTX 3060', computeCapability: '8.6', memoryBytes: 12_884_901_888 }],
    };
    const draft = await (await choosing({ cuda: 'cu130' }, { machine })).plan();
    expect(draft.moves[0]).toEqual({ name: 'torch', from: '2.8.0+cu128', to: '2.11.0+cu130' });
    expect(draft.notes).toEqual(['RTX 3060 13 GB · driver 580.65.06 (CUDA up to 13.0)', 'build cu128 → cu130']);
    expect(draft.lockText).toMatch(/^torch===2\.11\.0\+cu130 .* index=torch\/cu130$/m);
  });

  it('looks in one index where there is no other, and the lock names none', async () => {
    const { plan } = await choosing({}, { torchIndex: false });
    const draft = await plan();
    expect(draft.moves[0]?.to).toBe('2.9.1+cu128');
    expect(draft.lockText).not.toContain('index=');
  });

  it('refuses with both numbers when the driver is too old, and changes nothing', async () => {
    const machine: Acceleration = { kind: 'nvidia', driver: '550.54.14', cudaVersion: '12.4', gpus: [] };
    const { plan, world } = await choosing({ cuda: 'cu130' }, { machine });
    const fault = await faultOf(plan());
    expect(fault).toMatchObject({ code: 'PACKAGE_NONE_FITS', state: 'Nothing was changed.' });
    expect(fault.message).toContain('2.11.0: cu130 needs driver 580 or newer, and this machine has 550.54.14');
    expect(world.python.resolved).toEqual([]);
  });

  it('reports and does not force: every reason, and what to type next', async () => {
    const young = Object.fromEntries(
      ['2.9.1+cu128', '2.10.0+cu128'].map((version) => [version, { ...of(), uploadedAtMs: Date.UTC(2999, 0, 1) }]),
    );
    const torch = { '2.8.0+cu128': of(), ...young, '2.11.0+cu130': of() };
    const fault = await faultOf((await choosing({}, { index: { ...index, torch } })).plan());
    expect(fault).toMatchObject({
      code: 'PACKAGE_NONE_FITS',
      message:
        'No newer torch than 2.8.0+cu128 fits. 2.11.0: no cu128 build (the CUDA family is kept; --cuda changes it); 2.10.0: less than a day old (you ask for 14); 2.9.1: less than a day old (you ask for 14).',
      hints: [
        'orchestrate run "upgrade pytorch" --target 2.10.0',
        'orchestrate run "upgrade pytorch" --cuda auto --dry-run',
      ],
    });
    expect(fault.data?.['rejected']).toHaveLength(3);
  });

  it('says which requirements fight when that alone is in the way', async () => {
    const fault = await faultOf((await choosing({ version: '2.10.0' })).plan());
    expect(fault).toMatchObject({
      code: 'PACKAGE_CONFLICT',
      message: expect.stringMatching(/^torch 2\.10\.0 does not fit\. 2\.10\.0: .*numpy/) as string,
    });
  });

  it.each([
    [{ version: '2.77.0' }, 'PACKAGE_NOT_FOUND', 'The index has no torch 2.77.0.'],
    [{ version: '2.8.0' }, 'NOTHING_TO_DO', 'torch 2.8.0+cu128 is what is installed.'],
    [{ cuda: '12.8' }, 'USAGE_BAD_ARGUMENT', 'This is no CUDA family: "12.8"'],
    [{ cuda: '../x' }, 'USAGE_BAD_ARGUMENT', 'This is no CUDA family: "../x"'],
  ])('answers %j with %s', async (asked, code, message) => {
    expect(await faultOf((await choosing(asked)).plan())).toMatchObject({
      code,
      message,
      state: 'Nothing was changed.',
    });
  });

  it('is no plan for an installation without torch', async () => {
    const { plan } = await choosing({}, { packages: { numpy: '2.0.0' }, requirements: 'numpy\n' });
    expect((await faultOf(plan())).code).toBe('PACKAGE_NOT_FOUND');
  });
});
