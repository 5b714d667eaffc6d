import { describe, expect, it } from 'vitest';

import type { PlanningAction } from '../../../src/actions/_context.ts';
import { envAdd } from '../../../src/actions/env-add.ts';
import { envPin } from '../../../src/actions/env-pin.ts';
import { envRebuild } from '../../../src/actions/env-rebuild.ts';
import { envRelock } from '../../../src/actions/env-relock.ts';
import { envRemove } from '../../../src/actions/env-remove.ts';
import { envUnpin } from '../../../src/actions/env-unpin.ts';
import { readLock } from '../../../src/domain/environments/lock.ts';
import type { FakePython } from '../../fakes/fake-python.ts';
import { buildWorldEnvironment, createWorld, installed, type WorldOptions } from '../../fakes/fake-world.ts';
import { planningContext } from './planning-context.ts';

const index: FakePython['index'] = {
  numpy: { '1.26.0': {}, '2.0.0': {}, '2.1.0': {} },
  pillow: { '11.0.0': {}, '12.0.0': {} },
  torch: { '2.8.0': { needs: ['numpy>=2'] } },
  einops: { '0.7.0': {}, '0.8.0': {} },
  scipy: { '1.0.0': { needs: ['numpy<2'] } },
  kornia: { '0.7.0': { needs: ['einops'] } },
};

async function planning<Input>(action: PlanningAction<Input>, asked: object, options: WorldOptions = {}) {
  const world = await createWorld({ index, ...options });
  return action.plan(await planningContext(world), action.input.parse(asked));
}
const locked = (text: string | null) =>
  readLock({ file: 'requirements.lock', text: text ?? '' }).packages.map(({ name, version }) => `${name} ${version}`);

describe('env.add', () => {
  it('adds the newest that fits as a last line, and moves nothing else', async () => {
    const draft = await planning(envAdd, { package: 'Einops' });
    expect(draft.requirementsText).toBe('# What the environment must hold.\nnumpy\npillow\ntorch==2.8.0\nEinops\n');
    expect(draft.moves).toEqual([{ name: 'einops', from: null, to: '0.8.0' }]);
    expect(locked(draft.lockText)).toEqual(['einops 0.8.0', 'numpy 2.0.0', 'pillow 11.0.0', 'torch 2.8.0']);
  });

  it('takes what is old enough and not withdrawn, and tells why the newer ones fell out', async () => {
    const nowMs = (await createWorld()).clock.nowMs();
    const offered = {
      ...index,
      einops: {
        '0.7.0': { uploadedAtMs: nowMs - 90 * 86_400_000 },
        '0.8.0': { uploadedAtMs: nowMs - 60 * 86_400_000, yanked: 'broken on Python 3.12' },
        '0.9.0': { uploadedAtMs: nowMs - 3 * 86_400_000 },
      },
    };
    const config = 'policy: { min-age: 14d }\n';
    const draft = await planning(envAdd, { package: 'einops' }, { index: offered, config });
    expect(draft.moves).toEqual([{ name: 'einops', from: null, to: '0.7.0' }]);
    expect(draft.rejected.map(({ version, why }) => `${version}: ${why}`)).toEqual([
      '0.9.0: 3 days old (you ask for 14)',
      '0.8.0: withdrawn by its publisher: broken on Python 3.12',
    ]);
    const asked = await planning(envAdd, { package: 'einops', version: '0.9.0' }, { index: offered, config });
    expect(asked.moves).toEqual([{ name: 'einops', from: null, to: '0.9.0' }]);
    expect(asked.warnings).toEqual(['einops 0.9.0 is 3 days old (you ask for 14); it was asked for by its number']);
  });

  it('adds the version that is asked for', async () => {
    const draft = await planning(envAdd, { package: 'einops', version: '0.7.0' });
    expect(draft.requirementsText).toContain('\neinops==0.7.0\n');
    expect(draft.moves).toEqual([{ name: 'einops', from: null, to: '0.7.0' }]);
  });

  it.each([
    ['what is asked for already', { package: 'numpy' }, 'NOTHING_TO_DO', /asks for numpy already/],
    ['what the index does not have', { package: 'nowhere' }, 'PACKAGE_NOT_FOUND', /nowhere/],
    ['what fights with what is there', { package: 'scipy' }, 'PACKAGE_CONFLICT', /numpy/],
    ['what is no name', { package: '-e .' }, 'NAME_INVALID', /not a package's name/],
    ['an option as a version', { package: 'einops', version: '1 --pre' }, 'NAME_INVALID', /not a package's name/],
  ])('refuses %s', async (_, asked, code, message) => {
    await expect(planning(envAdd, asked)).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message) as string,
      state: 'Nothing was changed.',
    });
  });
});

describe('env.remove', () => {
  it('takes the line out, and what only this package had brought', async () => {
    const packages = { ...installed, kornia: '0.7.0', einops: '0.7.0' };
    const requirements = 'numpy\npillow\nkornia  # nice\ntorch==2.8.0\n';
    const draft = await planning(envRemove, { package: 'kornia' }, { packages, requirements });
    expect(draft.requirementsText).toBe('numpy\npillow\ntorch==2.8.0\n');
    expect(draft.moves).toEqual([
      { name: 'kornia', from: '0.7.0', to: null },
      { name: 'einops', from: '0.7.0', to: null },
    ]);
  });

  it.each([
    ['another package', {}, 'numpy cannot go: torch needs numpy>=2.'],
    ['ComfyUI', { core: 'numpy>=1.25\n' }, 'numpy cannot go: comfyui asks for numpy>=1.25.'],
    [
      'node packs',
      { packs: { a: 'numpy\n', b: 'numpy<3\n' } },
      'numpy cannot go: a asks for numpy, b asks for numpy<3.',
    ],
  ])('refuses, naming %s that needs it', async (_, options, message) => {
    await expect(planning(envRemove, { package: 'numpy' }, options)).rejects.toMatchObject({
      code: 'PACKAGE_CONFLICT',
      message,
      state: 'Nothing was changed.',
    });
  });

  it('knows nothing of a package that is not there', async () => {
    await expect(planning(envRemove, { package: 'scipy' })).rejects.toMatchObject({ code: 'PACKAGE_NOT_FOUND' });
  });
});

describe('env.pin and env.unpin', () => {
  it('pins what is installed, with the reason, and moves nothing', async () => {
    const draft = await planning(envPin, { package: 'numpy', reason: 'transformers\n5 breaks' });
    expect(draft.requirementsText).toContain('\nnumpy==2.0.0  # pinned: transformers 5 breaks\n');
    expect(draft.moves).toEqual([]);
  });

  it('moves to the version that is asked for', async () => {
    const draft = await planning(envPin, { package: 'numpy', version: '2.1.0' });
    expect(draft.moves).toEqual([{ name: 'numpy', from: '2.0.0', to: '2.1.0' }]);
    expect(draft.requirementsText).toContain('\nnumpy==2.1.0  # pinned\n');
  });

  it('refuses a pin that fights, and one that is there', async () => {
    const pinned = { requirements: 'numpy==2.0.0  # pinned\npillow\ntorch\n' };
    await expect(planning(envPin, { package: 'numpy' }, pinned)).rejects.toMatchObject({ code: 'NOTHING_TO_DO' });
    await expect(planning(envPin, { package: 'numpy', version: '1.26.0' })).rejects.toMatchObject({
      code: 'PACKAGE_CONFLICT',
    });
  });

  it('lets a package go, with the comment that the pin had, and keeps a comment of the person', async () => {
    const ours = { requirements: 'numpy==2.0.0  # pinned: slow\npillow\ntorch\n' };
    const draft = await planning(envUnpin, { package: 'numpy' }, ours);
    expect(draft).toMatchObject({ requirementsText: 'numpy\npillow\ntorch\n', moves: [] });
    const mine = { requirements: 'numpy==2.0.0   # mine\npillow\ntorch\n' };
    expect((await planning(envUnpin, { package: 'numpy' }, mine)).requirementsText).toBe(
      'numpy   # mine\npillow\ntorch\n',
    );
    await expect(planning(envUnpin, { package: 'pillow' })).rejects.toMatchObject({ code: 'NOTHING_TO_DO' });
  });
});

describe('env.relock', () => {
  it('follows requirements.in and the packs, and nothing else', async () => {
    const options = { requirements: 'numpy\npillow>=12\ntorch\n', packs: { a: 'einops<0.8\n' } };
    expect((await planning(envRelock, {}, options)).moves).toEqual([
      { name: 'pillow', from: '11.0.0', to: '12.0.0' },
      { name: 'einops', from: null, to: '0.7.0' },
    ]);
  });

  it('has nothing to do when the lock meets all', async () => {
    await expect(planning(envRelock, {})).rejects.toMatchObject({ code: 'NOTHING_TO_DO' });
  });
});

describe('env.rebuild', () => {
  it('names another environment of the same packages, and counts up', async () => {
    const draft = await planning(envRebuild, {});
    expect(draft).toMatchObject({ moves: [], requirementsText: null, downloadBytes: 0 });
    const lock = readLock({ file: 'requirements.lock', text: draft.lockText ?? '' });
    expect(lock.build).toBe(2);
    expect(lock.packages).toHaveLength(3);
    expect(draft.notes).toEqual([
      'the environment of the same lock, built anew (build 2); the one of today is as it was built, and stays',
    ]);
  });

  it('names the files that somebody changed', async () => {
    const world = await createWorld({ index });
    world.python.drift(await buildWorldEnvironment(world, installed), 'lib/numpy.py');
    const draft = await envRebuild.plan(await planningContext(world), {});
    expect(draft.notes?.[0]).toContain('of the one of today other files than were built: lib/numpy.py');
  });

  it('tells the download of wheels that are not kept', async () => {
    const world = await createWorld({ index });
    const wheels = world.context.paths.wheels;
    for (const hash of await world.files.list(wheels)) await world.files.remove(`${wheels}/${hash}`);
    expect((await envRebuild.plan(await planningContext(world), {})).downloadBytes).toBe(3_000);
  });
});
