import { describe, expect, it } from 'vitest';

import { envChoose } from '../../../src/actions/env-choose.ts';
import { parseLock } from '../../../src/domain/environments/lock.ts';
import type { FakePython } from '../../fakes/fake-python.ts';
import { createWorld, type World, type WorldOptions } from '../../fakes/fake-world.ts';
import { planningContext } from './planning-context.ts';

type Asked = { package: string; family?: string; version?: string };

async function choosing(
  options: WorldOptions = {},
): Promise<{ world: World; plan: (asked: Asked) => ReturnType<typeof envChoose.plan> }> {
  const world = await createWorld(options);
  const context = await planningContext(world);
  return { world, plan: async (asked) => envChoose.plan(context, envChoose.input.parse(asked)) };
}

it('lets a person decide when another build of torch would come in by the way', async () => {
  const packages = { numpy: '2.0.0', torch: '2.8.0+mine' };
  const offered = { numpy: { '2.0.0': {}, '2.1.0': {} }, torch: { '2.8.0': {}, '2.9.0': {} } };
  const { plan, world } = await choosing({ index: offered, packages, requirements: 'numpy\ntorch\n' });
  expect((await plan({ package: 'numpy' })).mustAsk).toBeNull();
  for (const hash of await world.files.list(world.context.paths.wheels)) {
    const dir = `${world.context.paths.wheels}/${hash}`;
    if ((await world.files.list(dir)).some((file) => file.startsWith('torch-'))) await world.files.remove(dir);
  }
  expect((await plan({ package: 'numpy' })).mustAsk).toBe(
    'torch 2.8.0+mine would become 2.9.0: another build, because nothing gives the one that is installed',
  );
});

const torches: FakePython['index'] = {
  numpy: { '2.0.0': {}, '2.1.0': {}, '1.26.0': {} },
  pillow: { '11.0.0': {}, '12.0.0': {} },
  torch: {
    '2.8.0': {},
    '2.9.0': { needs: ['numpy>=2.1'] },
    '2.10.0': { needs: ['numpy<2'] },
    '2.11.0': { needs: ['triton'] },
    '2.12.0rc1': {},
  },
  torchvision: { '0.23.0': { needs: ['torch==2.8.0'] }, '0.24.0': { needs: ['torch==2.9.0'] } },
};
const packages = { numpy: '2.1.0', pillow: '11.0.0', torch: '2.8.0', torchvision: '0.23.0' };
const requirements = '# mine\ntorch==2.8.0   # pinned on purpose\r\ntorchvision==0.23.0\n\nnumpy>=2\npillow\n';

describe('env.choose', () => {
  it('chooses the newest version that fits, and tells of each newer one why it does not', async () => {
    const { plan } = await choosing({ index: torches, packages, requirements });
    const draft = await plan({ package: 'torch', family: 'torchvision' });
    expect(draft.moves).toEqual([
      { name: 'torch', from: '2.8.0', to: '2.9.0' },
      { name: 'torchvision', from: '0.23.0', to: '0.24.0' },
    ]);
    expect(draft.rejected.map(({ name, version }) => `${name} ${version}`)).toEqual(['torch 2.11.0', 'torch 2.10.0']);
    expect(draft.rejected[0]?.why).toBe('torch 2.11.0 does not meet torch==2.8.0');
  });

  it('never chooses a release candidate by itself', async () => {
    const { plan } = await choosing({ index: torches, packages, requirements });
    expect((await plan({ package: 'torch', family: 'torchvision' })).rejected.map((one) => one.version)).not.toContain(
      '2.12.0rc1',
    );
  });

  it('leaves every other package where it is', async () => {
    const { world, plan } = await choosing({ index: torches, packages, requirements });
    const draft = await plan({ package: 'torch', family: 'torchvision' });
    expect(
      parseLock({ file: 'requirements.lock', text: draft.lockText ?? '' }).map(
        ({ name, version }) => `${name} ${version}`,
      ),
    ).toEqual(['numpy 2.1.0', 'pillow 11.0.0', 'torch 2.9.0', 'torchvision 0.24.0']);
    expect(world.python.constrained[0]).toContain('pillow===11.0.0');
  });

  it('changes the pinned versions in requirements.in and keeps every other byte', async () => {
    const { plan } = await choosing({ index: torches, packages, requirements });
    const { requirementsText } = await plan({ package: 'torch', family: 'torchvision' });
    expect(requirementsText).toBe(
      requirements.replace('torch==2.8.0', 'torch==2.9.0').replace('torchvision==0.23.0', 'torchvision==0.24.0'),
    );
  });

  it('leaves a line alone that pins nothing', async () => {
    const { plan } = await choosing({ requirements: '# mine\nnumpy>=2  # loose\npillow\ntorch\n' });
    expect((await plan({ package: 'numpy' })).requirementsText).toBe('# mine\nnumpy>=2  # loose\npillow\ntorch\n');
  });

  it('lets others move only when it is impossible without, and warns of it', async () => {
    const index = { ...torches, torch: { '2.8.0': {}, '2.9.0': { needs: ['pillow>=12'] } } };
    const { plan } = await choosing({ index, packages, requirements });
    const draft = await plan({ package: 'torch', family: 'torchvision' });
    expect(draft.moves).toContainEqual({ name: 'pillow', from: '11.0.0', to: '12.0.0' });
    expect(draft.warnings).toContain('1 other packages have to move with torch 2.9.0');
  });

  it('takes the version that is asked for, older ones too', async () => {
    const { plan } = await choosing({
      index: { ...torches, torchvision: { '0.23.0': {} } },
      packages,
      requirements: 'torch==2.8.0\nnumpy\npillow\ntorchvision\n',
    });
    expect((await plan({ package: 'numpy', version: '2.0.0' })).moves).toEqual([
      { name: 'numpy', from: '2.1.0', to: '2.0.0' },
    ]);
  });

  it('takes a package by any spelling of its name', async () => {
    const { plan } = await choosing();
    expect((await plan({ package: 'NumPy' })).moves).toEqual([{ name: 'numpy', from: '2.0.0', to: '2.1.0' }]);
  });

  it('counts the download of new wheels only, and none of it where a size is unknown', async () => {
    const sized = {
      ...structuredClone(torches),
      numpy: { '2.0.0': { sizeBytes: 5_000 }, '2.1.0': { sizeBytes: 7_000 } },
    };
    const first = await choosing({
      index: sized,
      packages: { ...packages, numpy: '2.0.0' },
      requirements: 'numpy\npillow\ntorch==2.8.0\ntorchvision\n',
    });
    expect(await first.plan({ package: 'numpy' })).toMatchObject({ downloadBytes: 7_000 });
    const unsized = { ...sized, numpy: { '2.0.0': {}, '2.1.0': { sizeBytes: null } } };
    const second = await choosing({
      index: unsized,
      packages: { ...packages, numpy: '2.0.0' },
      requirements: 'numpy\npillow\ntorch==2.8.0\ntorchvision\n',
    });
    expect(await second.plan({ package: 'numpy' })).toMatchObject({ downloadBytes: null });
  });

  it('passes over what is too young or withdrawn, unless it is asked for by its number', async () => {
    const nowMs = (await createWorld()).clock.nowMs();
    const day = 86_400_000;
    const index = {
      ...torches,
      numpy: {
        '2.0.0': { uploadedAtMs: nowMs - 400 * day },
        '2.0.1': { uploadedAtMs: nowMs - 100 * day },
        '2.0.2': { uploadedAtMs: nowMs - 50 * day, yanked: '' },
        '2.1.0': { uploadedAtMs: nowMs - day / 2 },
        '2.2.0': { tags: ['cp314-cp314-win_amd64'] },
      },
    };
    const packages = { numpy: '2.0.0', pillow: '11.0.0', torch: '2.8.0' };
    const { plan } = await choosing({
      index,
      packages,
      requirements: 'numpy\npillow\ntorch\n',
      config: 'policy: { min-age: 14d }\n',
    });
    const draft = await plan({ package: 'numpy' });
    expect(draft.moves).toEqual([{ name: 'numpy', from: '2.0.0', to: '2.0.1' }]);
    expect(draft.rejected.map(({ version, why }) => `${version}: ${why}`)).toEqual([
      '2.2.0: no wheel for Python 3.12.4 on linux-x86_64',
      '2.1.0: less than a day old (you ask for 14)',
      '2.0.2: withdrawn by its publisher',
    ]);
    const young = await plan({ package: 'numpy', version: '2.1.0' });
    expect(young.moves).toEqual([{ name: 'numpy', from: '2.0.0', to: '2.1.0' }]);
    expect(young.warnings).toContain(
      'numpy 2.1.0 is less than a day old (you ask for 14); it was asked for by its number',
    );
  });

  it('writes nothing', async () => {
    const { world, plan } = await choosing();
    const [nSteps, nObjects] = [world.files.disk.log.length, world.store.objects.ids.length];
    await plan({ package: 'numpy' });
    expect([world.files.disk.log.length, world.store.objects.ids.length]).toEqual([nSteps, nObjects]);
  });

  it.each([
    [
      'a package that is not there',
      { package: 'scipy' },
      'PACKAGE_NOT_FOUND',
      'scipy is not part of this installation.',
    ],
    [
      'a package at its newest',
      { package: 'pillow' },
      'NOTHING_TO_DO',
      'pillow 11.0.0 is the newest that the index has for this interpreter.',
    ],
    ['the version that it has', { package: 'numpy', version: '2.0.0' }, 'NOTHING_TO_DO', expect.any(String)],
    [
      'a version that does not fit',
      { package: 'torch', version: '9.9' },
      'PACKAGE_CONFLICT',
      expect.stringContaining('torch'),
    ],
  ])('says what is wrong with %s', async (_, asked, code, message) => {
    const { plan } = await choosing();
    await expect(plan(asked)).rejects.toMatchObject({
      code,
      message: message as string,
      state: 'Nothing was changed.',
    });
  });
});
