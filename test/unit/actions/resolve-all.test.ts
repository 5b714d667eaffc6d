import { describe, expect, it } from 'vitest';

import { type OwnRequirement, readEnvironment } from '../../../src/actions/_environment-before.ts';
import { resolveAll } from '../../../src/actions/_resolve-all.ts';
import { requireRequirement } from '../../../src/domain/environments/requirements.ts';
import { fakePythonFacts } from '../../fakes/fake-python.ts';
import type { FakePython } from '../../fakes/fake-python.ts';
import { createWorld, type WorldOptions } from '../../fakes/fake-world.ts';
import { planningContext } from './planning-context.ts';

const index: FakePython['index'] = {
  numpy: { '1.26.0': {}, '2.0.0': {}, '2.1.0': {} },
  pillow: { '11.0.0': {}, '12.0.0': {} },
  torch: { '2.8.0': {}, '2.9.0': {} },
  torchaudio: { '2.8.0': { needs: ['torch==2.8.0'] }, '2.9.0': { needs: ['torch==2.9.0'] } },
  scipy: { '1.0.0': { needs: ['numpy<2'] }, '1.1.0': { needs: ['numpy<2'] } },
  einops: { '0.7.0': {}, '0.8.0': {} },
  'opencv-python': { '4.10.0': {} },
  'opencv-python-headless': { '4.9.0': {}, '4.10.0': {} },
  'opencv-contrib-python-headless': { '4.10.0': {} },
  onnxruntime: { '1.20.0': {} },
  'onnxruntime-gpu': { '1.20.0': {} },
  ultralytics: { '8.0.0': { needs: ['opencv-python'] } },
};

async function resolving(
  options: WorldOptions,
  own?: string,
  more: { moving?: string[]; own?: OwnRequirement[] } = {},
  lostWheels: readonly string[] = [],
) {
  const requirements = own ?? 'numpy>=2\ntorch==2.8.0\n';
  const packages = options.packages ?? { numpy: '2.0.0', torch: '2.8.0' };
  const world = await createWorld({ index, packages, ...options, requirements });
  const context = await planningContext(world);
  const before = await readEnvironment(context);
  for (const { name, sha256 } of before.lock.packages)
    if (lostWheels.includes(name)) await world.files.remove(`${context.paths.wheels}/${sha256[0] ?? ''}`);
  const found = await resolveAll(context, { before, python: fakePythonFacts, ...more });
  const versions =
    found.kind === 'resolved' ? found.packages.map(({ name, version }) => `${name} ${version}`) : found.reason;
  const broken = found.kind === 'resolved' ? found.brokenPromises : [];
  return { found, versions, broken, nResolves: world.python.resolved.length };
}

describe('resolveAll', () => {
  it('shows the resolver the kept wheels of a found environment: what was built by hand is on no index', async () => {
    const packages = { numpy: '2.0.0', torch: '2.8.0+mine' };
    const world = await createWorld({
      index,
      packages,
      borrowed: '/srv/venv/bin/python',
      requirements: 'numpy\ntorch\n',
    });
    const context = await planningContext(world);
    const built = `${context.paths.wheels}/${'a'.repeat(64)}/torch-2.8.0+mine-py3-none-any.whl`;
    world.files.put(built, 'wheel');
    world.files.put(`${context.paths.wheels}/${'b'.repeat(64)}/torch-2.9.0-py3-none-any.whl`, 'of another lock');
    await resolveAll(context, { before: await readEnvironment(context), python: fakePythonFacts });
    expect(world.python.shownKept[0]).toEqual([built]);
  });

  it('gives packs what they ask for, and leaves the rest where it is', async () => {
    const { versions, broken } = await resolving({ packs: { 'pack-a': 'einops>=0.7\n', 'pack-b': 'pillow<12\n' } });
    expect(versions).toEqual(['einops 0.8.0', 'numpy 2.0.0', 'pillow 11.0.0', 'torch 2.8.0']);
    expect(broken).toEqual([]);
  });

  it('never lets a pack move the torch family, and records what it asked for', async () => {
    const { versions, broken, found } = await resolving({ packs: { 'pack-a': 'torch==2.9.0\ntorchaudio\n' } });
    expect(versions).toEqual(['numpy 2.0.0', 'torch 2.8.0', 'torchaudio 2.8.0']);
    expect(broken).toEqual([{ pack: 'pack-a', requirement: 'torch==2.9.0', chosen: 'torch 2.8.0' }]);
    expect(found).toMatchObject({
      warnings: ['pack-a asks for torch==2.9.0 and gets torch 2.8.0. If pack-a fails, this is why.'],
    });
  });

  it('lets ComfyUI win over a pack, whoever comes first', async () => {
    const { versions, broken } = await resolving({ core: 'numpy>=2.1\n', packs: { 'pack-a': 'numpy<2\neinops\n' } });
    expect(versions).toEqual(['einops 0.8.0', 'numpy 2.1.0', 'torch 2.8.0']);
    expect(broken).toEqual([{ pack: 'pack-a', requirement: 'numpy<2', chosen: 'numpy 2.1.0' }]);
  });

  it('finds the fighting line among many packs, and keeps every other promise', async () => {
    const packs = Object.fromEntries(Array.from({ length: 20 }, (_, n) => [`pack-${10 + n}`, 'einops>=0.7\npillow\n']));
    const { broken, versions, nResolves } = await resolving({
      packs: { ...packs, 'pack-17': 'numpy<2\neinops<0.8\n' },
    });
    expect(broken).toEqual([{ pack: 'pack-17', requirement: 'numpy<2', chosen: 'numpy 2.0.0' }]);
    expect(versions).toContain('einops 0.7.0');
    expect(nResolves).toBeLessThan(16);
  });

  it('of two packs that fight keeps the earlier one, and gives the other what is left', async () => {
    const { broken, versions } = await resolving({
      packs: { 'pack-a': 'einops==0.7.0\n', 'pack-b': 'einops==0.8.0\n' },
    });
    expect(versions).toContain('einops 0.7.0');
    expect(broken).toEqual([{ pack: 'pack-b', requirement: 'einops==0.8.0', chosen: 'einops 0.7.0' }]);
  });

  it('gives up a package of a pack whose needs fight in every version', async () => {
    const { broken, versions } = await resolving({ packs: { 'pack-a': 'scipy>=1.0\neinops\n' } });
    expect(versions).toEqual(['einops 0.8.0', 'numpy 2.0.0', 'torch 2.8.0']);
    expect(broken).toEqual([{ pack: 'pack-a', requirement: 'scipy>=1.0', chosen: null }]);
  });

  it('gives up a package that the index does not have', async () => {
    const { broken } = await resolving({ packs: { 'pack-a': 'nowhere\n' } });
    expect(broken).toEqual([{ pack: 'pack-a', requirement: 'nowhere', chosen: null }]);
  });

  it('installs one OpenCV: without windows when anybody asks for that', async () => {
    const { versions, broken } = await resolving({
      packs: { 'pack-a': 'opencv-python>=4.5\n', 'pack-b': 'opencv-python-headless==4.9.0\n' },
    });
    expect(versions).toEqual(['numpy 2.0.0', 'opencv-python-headless 4.9.0', 'torch 2.8.0']);
    expect(broken).toEqual([
      { pack: 'pack-a', requirement: 'opencv-python>=4.5', chosen: 'opencv-python-headless 4.9.0' },
    ]);
  });

  it('takes a second OpenCV out that another package brings along', async () => {
    const { versions, broken } = await resolving({
      packs: { 'pack-a': 'ultralytics\n', 'pack-b': 'opencv-contrib-python-headless\n' },
    });
    expect(versions).toEqual([
      'numpy 2.0.0',
      'opencv-contrib-python-headless 4.10.0',
      'torch 2.8.0',
      'ultralytics 8.0.0',
    ]);
    expect(broken).toEqual([
      { pack: 'ultralytics', requirement: 'opencv-python', chosen: 'opencv-contrib-python-headless 4.10.0' },
    ]);
  });

  it('installs one onnxruntime, and the one that the person names', async () => {
    const packs = { 'pack-a': 'onnxruntime\n', 'pack-b': 'onnxruntime-gpu\n' };
    expect((await resolving({ packs })).versions).toContain('onnxruntime-gpu 1.20.0');
    const own = await resolving({ packs }, 'numpy>=2\ntorch==2.8.0\nonnxruntime\n');
    expect(own.versions).toEqual(['numpy 2.0.0', 'onnxruntime 1.20.0', 'torch 2.8.0']);
  });

  it('asks nothing for another system, and does not call it broken', async () => {
    const { versions, broken } = await resolving({
      packs: { 'pack-a': 'nowhere; sys_platform == "win32"\neinops; python_version < "3.13"\n' },
    });
    expect(versions).toContain('einops 0.8.0');
    expect(broken).toEqual([]);
  });

  it('keeps what somebody installed by hand, and lets go what only a moved package had brought', async () => {
    const packages = { numpy: '2.0.0', torch: '2.8.0', einops: '0.7.0', pillow: '11.0.0' };
    const offered = { ...index, numpy: { ...index['numpy'], '2.0.0': { needs: ['pillow'] } } };
    const stays = await resolving({ packages, index: offered });
    expect(stays.versions).toEqual(['einops 0.7.0', 'numpy 2.0.0', 'pillow 11.0.0', 'torch 2.8.0']);
    expect(stays.found).toMatchObject({
      warnings: ['nothing asks for einops 0.7.0, which somebody installed by hand: it stays'],
    });
    const exact = { ...requireRequirement('numpy===2.1.0'), line: 1 };
    const own = [exact, { ...requireRequirement('torch==2.8.0'), line: 2 }];
    const moved = await resolving({ packages, index: offered }, undefined, {
      moving: ['numpy'],
      own: own.map((requirement) => ({ by: 'this run', requirement })),
    });
    expect(moved.versions).toEqual(['einops 0.7.0', 'numpy 2.1.0', 'torch 2.8.0']);
  });

  it('lets only those of the hand-installed go that nobody has or that do not fit, says why, and that a person is asked', async () => {
    const packages = {
      ...{ numpy: '2.0.0', torch: '2.8.0', einops: '0.7.0', pillow: '11.0.0' },
      ...{ scipy: '1.0.0', minepkg: '1.0+mine', other: '1.0', pip: '24.0', setuptools: '65.5.0', wheel: '0.45.0' },
    };
    const offered = { ...index, wheel: { '0.45.0': {} } };
    const { found, versions } = await resolving({ packages, index: offered }, undefined, {}, ['other', 'setuptools']);
    expect(versions).toEqual([
      ...['einops 0.7.0', 'minepkg 1.0+mine', 'numpy 2.0.0', 'pillow 11.0.0', 'torch 2.8.0', 'wheel 0.45.0'],
    ]);
    expect(found).toMatchObject({
      warnings: [
        'nothing asks for einops 0.7.0, which somebody installed by hand: it stays',
        'nothing asks for minepkg 1.0+mine, which somebody installed by hand: it stays',
        'other 1.0, which somebody installed by hand, goes: no index has it and no wheel of it is kept',
        'nothing asks for pillow 11.0.0, which somebody installed by hand: it stays',
        expect.stringContaining('scipy 1.0.0, which somebody installed by hand, goes: it does not fit'),
        'setuptools 65.5.0 goes: no index has it and no wheel of it is kept',
        'nothing asks for wheel 0.45.0: it stays',
      ],
      mustAsk: expect.stringMatching(/^other 1\.0 \(no index has it.*scipy 1\.0\.0 \(.*would go, and nobody asked/),
    });
  });

  it('asks nobody when only what venv put there goes', async () => {
    const packages = { numpy: '2.0.0', torch: '2.8.0', pip: '24.0', setuptools: '65.5.0' };
    const { found } = await resolving({ packages }, undefined, {}, ['setuptools']);
    expect(found).toMatchObject({ mustAsk: null, warnings: [expect.stringMatching(/^setuptools 65\.5\.0 goes/)] });
  });

  it('stops when ComfyUI and the person want what cannot be, packs or not', async () => {
    const { found } = await resolving({ core: 'numpy>=2\n', packs: { 'pack-a': 'einops\n' } }, 'numpy<2\n');
    expect(found).toMatchObject({ kind: 'impossible' });
  });

  it('gives up with a fault when the packs alone are too much', async () => {
    const packs = Object.fromEntries(Array.from({ length: 40 }, (_, n) => [`pack-${n}`, `nowhere-${n}\n`]));
    await expect(resolving({ packs })).rejects.toMatchObject({
      code: 'PACKAGE_CONFLICT',
      state: 'Nothing was changed.',
    });
  });
});
