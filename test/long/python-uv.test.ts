import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, globSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { fixedSearchPath } from '../../src/adapters/host/search-path.ts';
import { resolutionContract } from '../contract/python-resolve.contract.ts';
import { faultOf } from '../contract/support/fault-of.ts';
import { plain, writePackages } from '../contract/support/packages.ts';
import { pythonHarness } from '../contract/support/python-harness.ts';

const harness = pythonHarness();
const { folder, toolsDir, withSearchPath, runs } = harness;
const searchPath = fixedSearchPath(process.env['PATH']);
const index = { kind: 'folder', path: join(folder, 'few') } as const;
writePackages(index.path, [plain('core', '1.0'), plain('core', '2.0')]);

/** Fetches the wheel of uv from the Python package index, and returns the program in it; undefined where it cannot be had. */
function fetchUv(): string | undefined {
  const into = join(folder, 'uv-wheel');
  const args = ['-m', 'pip', 'download', 'uv', '--no-deps', '--only-binary', ':all:', '--quiet', '--dest', into];
  if (spawnSync('python3', args, { timeout: 120_000, stdio: 'ignore' }).status !== 0) return undefined;
  const [wheel] = globSync(join(into, '*.whl'));
  if (wheel === undefined) return undefined;
  execFileSync('python3', ['-m', 'zipfile', '-e', wheel, into]);
  const [program] = globSync(join(into, '*.data', 'scripts', 'uv'));
  if (program !== undefined) chmodSync(program, 0o755);
  return program;
}

const uv = fetchUv();
if (uv === undefined) process.stdout.write('SKIPPED: uv could not be had from the Python package index\n');
const withUv = uv === undefined ? undefined : withSearchPath([dirname(uv), ...searchPath]);

if (withUv !== undefined)
  resolutionContract('uv', { ...harness, python: withUv }, (python) => python.probe({ toolsDir, resolver: 'uv' }));

describe('uv', () => {
  it.skipIf(withUv === undefined)(
    'chooses where it is found, reads no settings, and keeps its cache with us',
    async () => {
      const facts = await withUv?.probe({ toolsDir, resolver: 'auto' });
      expect(facts?.uv).toMatchObject({ program: uv, args: [] });
      if (withUv === undefined || facts === undefined) return;
      runs.length = 0;
      const found = await withUv.resolve({ requirements: ['core'], index, python: facts, toolsDir, mark: 'm' });
      expect(found).toMatchObject({ kind: 'resolved', packages: [{ name: 'core', version: '2.0' }] });
      const [compile, report] = runs.filter(({ args }) => args.includes('compile') || args.includes('--report'));
      expect(compile?.args).toEqual(
        expect.arrayContaining(['--no-build', '--generate-hashes', '--cache-dir', join(toolsDir, 'uv-cache')]),
      );
      expect(compile?.env).toMatchObject({ UV_NO_CONFIG: '1', UV_PYTHON_DOWNLOADS: 'never' });
      expect(Object.keys(compile?.env ?? {}).filter((name) => name.startsWith('UV_INDEX'))).toEqual([]);
      expect(report?.args).toEqual(expect.arrayContaining(['--no-deps', '--dry-run']));
    },
  );

  it('is a fault of the resolution when it is wanted and not there, and of nothing else', async () => {
    const python = withSearchPath(searchPath.filter((dir) => globSync(join(dir, 'uv')).length === 0));
    const facts = await python.probe({ toolsDir, resolver: 'uv' });
    const asked = python.resolve({ requirements: ['core'], index, python: facts, toolsDir, mark: 'm' });
    expect(await faultOf(asked)).toMatchObject({
      code: 'UV_MISSING',
      state: 'Nothing was changed.',
      hints: ['pip install uv, or set python.resolver to auto or pip in orchestrate.yaml'],
    });
    expect((await python.probe({ toolsDir, resolver: 'auto' })).uv).toBeUndefined();
  });

  it('that does not work leaves the answer to pip', async () => {
    const dir = join(folder, 'broken');
    mkdirSync(dir);
    writeFileSync(join(dir, 'uv'), '#!/bin/sh\n[ "$1" = --version ] && echo "uv 9.9.9" && exit 0\nexit 101\n');
    chmodSync(join(dir, 'uv'), 0o755);
    const python = withSearchPath([dir, ...searchPath]);
    const facts = await python.probe({ toolsDir, resolver: 'auto' });
    expect(facts.uv).toMatchObject({ version: '9.9.9' });
    const found = await python.resolve({ requirements: ['core<2'], index, python: facts, toolsDir, mark: 'm' });
    expect(found).toMatchObject({ kind: 'resolved', packages: [{ version: '1.0' }] });
  });

  it('that saw other hashes than pip gives no lock', async () => {
    const dir = join(folder, 'liar');
    mkdirSync(dir);
    const lie = `core==2.0 --hash=sha256:${'0'.repeat(64)}`;
    writeFileSync(join(dir, 'uv'), `#!/bin/sh\n[ "$1" = --version ] && echo "uv 9.9.9" && exit 0\necho "${lie}"\n`);
    chmodSync(join(dir, 'uv'), 0o755);
    const python = withSearchPath([dir, ...searchPath]);
    const facts = await python.probe({ toolsDir, resolver: 'uv' });
    const asked = python.resolve({ requirements: ['core'], index, python: facts, toolsDir, mark: 'm' });
    expect(await faultOf(asked)).toMatchObject({ code: 'WHEEL_HASH_MISMATCH', state: 'Nothing was changed.' });
  });
});
