import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { beforeAll, describe, expect, it } from 'vitest';

import type { EnvironmentId } from '../../src/base/ids.ts';
import { printLock } from '../../src/domain/environments/lock.ts';
import type { LockedPackage, PackageIndex, PythonFacts, TakenPackage } from '../../src/ports/python.ts';
import { faultOf } from './support/fault-of.ts';
import { serveIndex, type IndexServer } from './support/index-server.ts';
import { plain, writePackages } from './support/packages.ts';
import { pythonHarness } from './support/python-harness.ts';

const { folder, toolsDir, wheelsDir, python, runs } = pythonHarness({ isPrepared: true });
const mark = 'r1.lock#1';
const torchDir = join(folder, 'torch/cu128');
const mainDir = join(folder, 'main');
const needsFriend = { requires: ['friend>=1', 'absent; sys_platform == "win32"'] };
const [real] = writePackages(torchDir, [
  plain('torch', '2.8.0+cu128', needsFriend),
  plain('friend', '0.1'),
  plain('torchvision', '0.23.0+cu128', { requires: ['torch==2.8.0'] }),
]);
// The other index has the same names, higher, and one of the very version.
writePackages(mainDir, [
  plain('torch', '2.99.0'),
  plain('torch', '2.8.0+cu128', { summary: 'of somebody else', requires: ['evil'] }),
  plain('torchvision', '9.0'),
  plain('friend', '1.5'),
  plain('evil', '1.0'),
  plain('pack', '1.0', { requires: ['torch>=2'] }),
  plain('greedy', '1.0', { requires: ['torch>=2.9'] }),
]);

describe('packages from two indexes', () => {
  let facts: PythonFacts;
  let servers: { torch: IndexServer; main: IndexServer };
  beforeAll(async () => {
    facts = await python.probe({ toolsDir });
    servers = { torch: await serveIndex(torchDir), main: await serveIndex(mainDir) };
  });
  const torchIndex = (): PackageIndex => ({ kind: 'url', url: servers.torch.url });
  const mainIndex = (): PackageIndex => ({ kind: 'url', url: servers.main.url });
  const takeAll = async (requirements = ['torch===2.8.0+cu128', 'torchvision===0.23.0+cu128']) =>
    python.take({ requirements, index: torchIndex(), indexName: 'torch/cu128', python: facts, toolsDir, mark });
  const taken = async (): Promise<readonly TakenPackage[]> => {
    const found = await takeAll();
    if (found.kind !== 'taken') throw new Error(found.reason);
    return found.packages;
  };
  const resolveWith = async (requirements: readonly string[]) =>
    python.resolve({ requirements, taken: await taken(), index: mainIndex(), python: facts, toolsDir, mark });

  it('are taken exactly, with their needs and none of what these are', async () => {
    expect((await taken()).map(({ locked, needs }) => [locked, needs])).toEqual([
      [
        {
          name: 'torch',
          version: '2.8.0+cu128',
          sha256: [real?.sha256],
          file: real?.file,
          sizeBytes: real?.sizeBytes,
          index: 'torch/cu128',
        },
        ['friend>=1', 'absent; sys_platform == "win32"'],
      ],
      [expect.objectContaining({ name: 'torchvision', index: 'torch/cu128' }), ['torch==2.8.0']],
    ]);
    expect(await takeAll(['torch===2.7.0+cu128'])).toMatchObject({ kind: 'impossible' });
    expect((await faultOf(takeAll(['torch @ file:///x.whl']))).code).toBe('DEFINITION_INVALID');
  });

  it('are resolved together: the rest from the other index, which never gives what was taken', async () => {
    const found = await resolveWith(['torch', 'pack', 'torchvision']);
    if (found.kind !== 'resolved') throw new Error(found.reason);
    expect(found.packages.map(({ name, version, index = '' }) => `${name} ${version} ${index}`)).toEqual([
      'friend 1.5 ',
      'pack 1.0 ',
      'torch 2.8.0+cu128 torch/cu128',
      'torchvision 0.23.0+cu128 torch/cu128',
    ]);
    expect(found.packages[2]?.sha256).toEqual([real?.sha256]);
    expect(found.needs?.['torch']).toContain('friend>=1');
    // The control: one look at both indexes takes the higher one of somebody else.
    const both = await python.resolve({
      ...{ requirements: ['torch', 'pack'], index: mainIndex(), python: facts, toolsDir, mark },
    });
    expect(both).toMatchObject({ packages: expect.arrayContaining([expect.objectContaining({ version: '2.99.0' })]) });
  });

  it('fight as others do, when something needs another version than the one that was taken', async () => {
    expect(await resolveWith(['greedy'])).toMatchObject({
      kind: 'impossible',
      code: 'PACKAGE_CONFLICT',
      reason: expect.stringMatching(/greedy 1\.0 needs torch>=2\.9/) as string,
    });
  });

  it('are fetched each from its own index, by their hashes', async () => {
    const found = await resolveWith(['pack', 'torchvision']);
    if (found.kind !== 'resolved') throw new Error(found.reason);
    const built = await build(found.packages, { namedIndexes: { 'torch/cu128': torchIndex() }, index: mainIndex() });
    expect(built.fromKeptWheels).toBe(0);
    const asked = (server: IndexServer, file: string): boolean =>
      server.requests.some(({ url }) => decodeURIComponent(url ?? '').includes(`${file}-`));
    expect([asked(servers.torch, 'friend'), asked(servers.torch, 'pack')]).toEqual([false, false]);
    expect(await python.freeze({ python: built.python, mark })).toEqual(
      expect.arrayContaining([
        { name: 'torch', version: '2.8.0+cu128' },
        { name: 'friend', version: '1.5' },
      ]),
    );
    expect(readFileSync(join(wheelsDir, real?.sha256 ?? '', real?.file ?? '')).length).toBe(real?.sizeBytes);
  });

  it('are not built when the other index has other bytes under the same name, or the own one is not known', async () => {
    const [torch] = await taken();
    if (torch === undefined) throw new Error('nothing was taken');
    const { index: _, ...nameless } = torch.locked;
    const elsewhere = join(folder, 'wheels-2');
    const wrong = await faultOf(build([nameless], { index: mainIndex(), wheelsDir: elsewhere }));
    expect(wrong).toMatchObject({ code: 'WHEEL_HASH_MISMATCH', state: 'Nothing was installed.' });
    const unknown = await faultOf(build([torch.locked], { index: mainIndex(), wheelsDir: elsewhere }));
    expect(unknown).toMatchObject({
      code: 'INDEX_UNREACHABLE',
      message: 'The lock takes these wheels from the index torch/cu128, which is not known: torch 2.8.0+cu128.',
      hints: [expect.stringContaining('python.torch-index') as string],
    });
    const offline = await faultOf(build([torch.locked], { wheelsDir: elsewhere }));
    expect(offline.message).toContain('No package index may be used');
  });

  it('are never looked for with a second index in one call', () => {
    expect(runs.some(({ args }) => args.includes('--extra-index-url'))).toBe(false);
    const indexes = runs.map(({ args }) => args.filter((arg) => arg === '--index-url').length);
    expect(Math.max(...indexes)).toBe(1);
  });

  let nBuilt = 0;
  function build(
    packages: readonly LockedPackage[],
    from: { index?: PackageIndex; namedIndexes?: Record<string, PackageIndex>; wheelsDir?: string },
  ) {
    const id = String((nBuilt += 1)).padStart(20, '0') as EnvironmentId;
    const lockText = printLock({ abi: facts.abi, platform: facts.platform, packages });
    const dir = join(folder, 'envs', id);
    return python.build({ id, dir, lockText, packages, wheelsDir, python: facts, toolsDir, mark, ...from });
  }
});
