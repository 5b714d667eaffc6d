import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { beforeAll, describe, expect, it } from 'vitest';

import { createFiles } from '../../src/adapters/files/files.ts';
import type { EnvironmentId } from '../../src/base/ids.ts';
import type { BuiltEnvironment, LockedPackage, PackageIndex, PythonFacts } from '../../src/ports/python.ts';
import { eventually } from './support/eventually.ts';
import { faultOf } from './support/fault-of.ts';
import { plain, writePackages } from './support/packages.ts';
import { pythonHarness } from './support/python-harness.ts';

const { folder, toolsDir, wheelsDir, python, processes, runs, withSearchPath } = pythonHarness({ isPrepared: true });
const files = createFiles();
const indexDir = join(folder, 'index');
const index: PackageIndex = { kind: 'folder', path: indexDir };
writePackages(indexDir, [
  plain('core', '1.0', { entryPoints: { 'core-tool': 'core:main' } }),
  plain('core', '1.0+cu1'),
  plain('top', '2.0', {
    requires: ['core==1.0'],
    files: { 'top/__init__.py': '', 'top/broken.py': 'print "old"\n', 'side.py': 'x = 1\n' },
  }),
]);

const unshare = '/usr/bin/unshare';

describe('an environment', () => {
  let facts: PythonFacts;
  let packages: readonly LockedPackage[];
  let nDirs = 0;
  let sealed: ReturnType<typeof request>;
  let built: BuiltEnvironment;
  const request = (id = `e${(nDirs += 1)}`, dir = join(folder, 'envs', id)) => ({
    ...{
      id: id as EnvironmentId,
      dir,
      lockText: '',
      packages,
      wheelsDir,
      index,
      mark: `r1.build#${id}`,
      python: facts,
      toolsDir,
    },
  });
  beforeAll(async () => {
    facts = await python.probe({ toolsDir });
    const resolution = await python.resolve({
      requirements: ['top', 'core===1.0'],
      index,
      python: facts,
      toolsDir,
      mark: 'm',
    });
    if (resolution.kind !== 'resolved') throw new Error(resolution.reason);
    packages = resolution.packages;
    sealed = request('sealed-one');
    built = await python.build(sealed);
  });
  /** A copy of the sealed environment, to be spoilt. Its own paths are the ones of the original. */
  const copied = async () => {
    const copy = request();
    await files.copyTree(sealed.dir, copy.dir);
    return { ...sealed, dir: copy.dir };
  };

  it('is built, sealed, complete and the same when it is asked for again', async () => {
    const wanted = sealed;
    expect(built).toMatchObject({ python: join(wanted.dir, 'bin/python'), fromKeptWheels: 0 });
    expect(built.downloadedBytes).toBe(packages.reduce((sum, { sizeBytes }) => sum + (sizeBytes ?? 0), 0));
    expect(await python.inspect(wanted.dir)).toEqual({
      kind: 'intact',
      manifestDigest: built.manifestDigest,
      python: built.python,
      sizeBytes: built.sizeBytes,
    });
    expect(readdirSync(wanted.dir)).not.toContain('orchestrate-building');
    expect((await files.info(join(wanted.dir, 'pyvenv.cfg')))?.mode).toBe(0o444);
    expect((await files.info(wanted.dir))?.mode).toBe(0o555);
    const nRuns = runs.length;
    expect(await python.build(wanted)).toEqual({ ...built, downloadedBytes: 0, fromKeptWheels: 2 });
    expect(runs.length).toBe(nRuns);
    expect(readdirSync(join(toolsDir, 'tmp'))).toEqual([]);
  });

  it('holds exactly what the lock names, compiled, and says so', async () => {
    const { dir, mark } = sealed;
    const program = join(dir, 'bin/python');
    expect(await python.freeze({ python: program, mark })).toEqual([
      { name: 'core', version: '1.0' },
      { name: 'top', version: '2.0' },
    ]);
    expect(await python.modulesOf({ python: program, packages: ['top', 'core', 'absent'], mark })).toEqual({
      top: ['side', 'top'],
      core: ['core'],
      absent: [],
    });
    const site = join(dir, 'lib', `python${facts.version.split('.').slice(0, 2).join('.')}`, 'site-packages');
    const [pyc = ''] = readdirSync(join(site, 'core/__pycache__'));
    // Flags 1: checked by hash, never: https://peps.python.org/pep-0552/
    expect(readFileSync(join(site, 'core/__pycache__', pyc)).readUInt32LE(4)).toBe(1);
    expect(readFileSync(join(dir, 'bin/core-tool'), 'utf8')).toContain(`#!${dir}/bin/python`);
  });

  it('is built without any program of the search path: pip would ask some of them about this machine', async () => {
    const bin = join(folder, 'bin-curious');
    const marker = join(folder, 'asked');
    mkdirSync(bin);
    for (const name of ['lsb_release', 'rustc']) {
      writeFileSync(join(bin, name), `#!/bin/sh\necho ${name} >> ${marker}\n`);
      chmodSync(join(bin, name), 0o755);
    }
    await withSearchPath([bin]).build(request());
    expect(existsSync(marker)).toBe(false);
    // The control: with that search path, this pip asks.
    const pip = join(toolsDir, `pip-${facts.pipVersion}`, 'pip');
    const asked = [
      '-I',
      '-B',
      pip,
      'download',
      '--isolated',
      '--no-index',
      '--find-links',
      indexDir,
      '--no-deps',
      'core',
    ];
    spawnSync(facts.program, [...asked, '--dest', join(folder, 'asked-wheels')], { env: { PATH: bin, HOME: folder } });
    expect(readFileSync(marker, 'utf8')).toContain('rustc');
  });

  it('is built again from kept wheels, without an index, to the same bytes', async () => {
    const { index: _, ...offline } = request();
    const before = await python.build({ ...offline, index });
    await files.remove(offline.dir);
    const away = `${indexDir}-away`;
    renameSync(indexDir, away);
    const again = await python.build(offline);
    renameSync(away, indexDir);
    expect(again).toEqual({ ...before, downloadedBytes: 0, fromKeptWheels: 2 });
  });

  it('is the same when it is built at another place, taken as if that were its own', async () => {
    const { index: _, ...offline } = { ...sealed, dir: join(folder, 'anew', 'drill-r900') };
    const anew = await python.build(offline);
    // The control: scripts, settings and bytecode name the other place.
    expect(anew.manifestDigest).not.toBe(built.manifestDigest);
    const placed = await python.asIfAt({ dir: offline.dir, place: sealed.dir });
    expect(placed).toMatchObject({ digest: built.manifestDigest, nFiles: built.nFiles, unlike: [] });
    expect(placed.nPlaced).toBeGreaterThan(3);

    const script = join(offline.dir, 'bin/core-tool');
    chmodSync(script, 0o755);
    writeFileSync(script, `${readFileSync(script, 'utf8')}# more\n`);
    const spoilt = await python.asIfAt({ dir: offline.dir, place: sealed.dir });
    expect(spoilt.digest).not.toBe(built.manifestDigest);
    expect(spoilt.unlike).toContain('bin/core-tool');
    expect((await python.asIfAt({ dir: offline.dir, place: join(folder, 'gone', sealed.id) })).unlike).toBeNull();
  });

  it('is refused without an index when a wheel is not kept, and the wheel is named', async () => {
    const { index: _, ...offline } = request();
    const fault = await faultOf(python.build({ ...offline, wheelsDir: join(folder, 'no-wheels') }));
    expect(fault).toMatchObject({
      code: 'INDEX_UNREACHABLE',
      message: expect.stringContaining('core 1.0, top 2.0') as string,
    });
    expect(existsSync(offline.dir)).toBe(false);
  });

  it('shows drift: a file that was changed, added or removed (and none before)', async () => {
    const spoilt = await copied();
    const { dir } = spoilt;
    const site = join('lib', `python${facts.version.split('.').slice(0, 2).join('.')}`, 'site-packages');
    expect(await python.inspect(dir)).toMatchObject({ kind: 'intact' });
    await files.setReadOnly(dir, false);
    // Back to sealed modes but for three changes.
    await files.setReadOnly(dir, true);
    expect(await python.inspect(dir)).toMatchObject({ kind: 'intact' });
    await files.setReadOnly(join(dir, site), false);
    writeFileSync(join(dir, site, 'core/__init__.py'), 'tampered');
    writeFileSync(join(dir, site, 'added file.py'), '');
    rmSync(join(dir, site, 'side.py'));
    await files.setReadOnly(join(dir, site), true);
    const changed = [`${site}/added file.py`, `${site}/core/__init__.py`, `${site}/side.py`];
    expect(await python.inspect(dir)).toEqual({ kind: 'drifted', changed });
    const fault = await faultOf(python.build(spoilt));
    expect(fault).toMatchObject({ code: 'ENVIRONMENT_DRIFTED', data: { changed } });
    expect(existsSync(join(dir, site, 'added file.py'))).toBe(true);
  });

  it('shows a manifest that was edited', async () => {
    const { dir } = await copied();
    const path = join(dir, 'orchestrate-manifest.json');
    chmodSync(path, 0o644);
    writeFileSync(path, readFileSync(path, 'utf8').replace('core', 'cure'));
    expect(await python.inspect(dir)).toEqual({ kind: 'drifted', changed: ['orchestrate-manifest.json'] });
    expect(await python.inspect(join(folder, 'absent'))).toEqual({ kind: 'missing' });
  });

  it('is not built from a kept wheel with other bytes, and the wheel is named', async () => {
    const spoilt = join(folder, 'spoilt-wheels');
    await files.copyTree(wheelsDir, spoilt);
    const sha256 = packages[0]?.sha256[0] ?? '';
    const path = join(spoilt, sha256, packages[0]?.file ?? '');
    writeFileSync(path, Buffer.concat([readFileSync(path), Buffer.from('x')]));
    const wanted = { ...request(), wheelsDir: spoilt };
    expect(await faultOf(python.build(wanted))).toMatchObject({
      code: 'WHEEL_HASH_MISMATCH',
      message: expect.stringContaining(path) as string,
    });
    expect(existsSync(wanted.dir)).toBe(false);
  });

  it('is not built from an index that gives other bytes', async () => {
    const forged = join(folder, 'forged');
    writePackages(forged, [plain('core', '1.0', { summary: 'forged' }), plain('top', '2.0')]);
    const wanted = {
      ...request(),
      wheelsDir: join(folder, 'fresh-wheels'),
      index: { kind: 'folder', path: forged } as const,
    };
    const fault = await faultOf(python.build(wanted));
    expect(fault).toMatchObject({ code: 'WHEEL_HASH_MISMATCH', state: 'Nothing was installed.' });
    expect(fault.message).toContain('core===1.0');
    expect(existsSync(join(folder, 'fresh-wheels'))).toBe(false);
    expect(existsSync(wanted.dir)).toBe(false);
  });

  it('is built anew when pip was killed in the middle', async () => {
    const wanted = request();
    const building = python.build(wanted).catch((error: unknown) => error);
    const pip = async () =>
      (await processes.findMarked((mark) => mark === wanted.mark)).find(({ argv }) => argv.includes('install'));
    await eventually('pip runs', async () => (await pip()) !== undefined);
    process.kill((await pip())?.pid ?? 0, 'SIGKILL');
    expect(await building).toMatchObject({
      code: 'PROCESS_FAILED',
      state: 'What it had begun is not used.',
    });
    expect(await python.inspect(wanted.dir)).toEqual({ kind: 'missing' });
    writeFileSync(join(wanted.dir, 'left-over'), '');
    await python.build(wanted);
    expect(await python.inspect(wanted.dir)).toMatchObject({ kind: 'intact' });
    expect(readdirSync(wanted.dir)).not.toContain('left-over');
  });

  it('ends the programs of an interrupted build before it starts anew', async () => {
    const wanted = request();
    mkdirSync(join(wanted.dir, 'bin'), { recursive: true });
    writeFileSync(join(wanted.dir, 'orchestrate-building'), '');
    copyFileSync('/bin/sleep', join(wanted.dir, 'bin/python'));
    const orphan = await processes.start({
      program: join(wanted.dir, 'bin/python'),
      args: ['100'],
      env: {},
      cwd: folder,
      logPath: join(folder, 'log'),
      mark: 'r0.build#1',
    });
    await python.build(wanted);
    expect(await processes.isAlive(orphan)).toBe(false);
    expect(await python.inspect(wanted.dir)).toMatchObject({ kind: 'intact' });
  });

  it('says that the disk is full', ({ skip }) => {
    const dir = join(folder, 'small-disk');
    mkdirSync(dir);
    const script = fileURLToPath(new URL('support/build-on-small-disk.ts', import.meta.url));
    const mount = 'mount -t tmpfs -o size=2m none "$1" || exit 42; exec "$2" "$3" "$1"';
    const result = spawnSync(unshare, ['--mount', '--', 'sh', '-c', mount, 'sh', dir, process.execPath, script], {
      encoding: 'utf8',
    });
    if (result.error !== undefined || result.status === 1 || result.status === 42)
      skip('this machine allows no mounts');
    expect(result.stdout).toBe('DISK_FULL missing\n');
  });

  it('is built where one was killed before its marker had a name', async () => {
    const wanted = request();
    mkdirSync(wanted.dir, { recursive: true });
    writeFileSync(join(wanted.dir, '.orchestrate-0234fa4e-8bb2-42e9-8082-0b50c55519e4.tmp'), 'r1');
    expect(await python.build(wanted)).toMatchObject({ nFiles: built.nFiles });
    expect(readdirSync(wanted.dir).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });

  it('is not built over something else', async () => {
    const wanted = request();
    mkdirSync(wanted.dir, { recursive: true });
    writeFileSync(join(wanted.dir, 'mine'), 'kept');
    expect((await faultOf(python.build(wanted))).code).toBe('ENVIRONMENT_BUILD_FAILED');
    expect(readFileSync(join(wanted.dir, 'mine'), 'utf8')).toBe('kept');
    expect((await faultOf(python.build({ ...sealed, id: 'another' as EnvironmentId }))).message).toContain(
      'holds another environment',
    );
  });

  it('is built once when two ask for it at the same time', async () => {
    const wanted = { ...request(), packages: [] };
    const nRuns = runs.length;
    const [first, second] = await Promise.all([python.build(wanted), python.build(wanted)]);
    expect(first).toEqual(second);
    expect(runs.slice(nRuns).filter(({ args }) => args.includes('venv')).length).toBe(1);
  });

  it('imports modules, and tells why one does not', async () => {
    const bad = join(folder, 'bad');
    const more = writePackages(bad, [
      plain('noisy', '1', {
        files: { 'noisy.py': 'import sys\n__version__ = "1"\nprint("loud")\nsys.stderr.write("loud")\n' },
      }),
      plain('raising', '1', { files: { 'raising.py': 'raise ValueError("two\\nlines")\n' } }),
      plain('exiting', '1', { files: { 'exiting.py': 'raise SystemExit(0)\n' } }),
      plain('crashing', '1', { files: { 'crashing.py': 'import os\nos.kill(os.getpid(), 11)\n' } }),
      plain('lying', '1', { files: { 'lying.py': 'import os\nos._exit(0)\n' } }),
      plain('looking', '1', { files: { 'looking.py': 'import os\n__version__ = ",".join(sorted(os.environ))\n' } }),
    ]);
    const locked = more.map(({ name, version, file, sha256, sizeBytes }) => ({
      name,
      version,
      file,
      sizeBytes,
      sha256: [sha256],
    }));
    const made = await python.build({ ...request(), packages: locked, index: { kind: 'folder', path: bad } });
    const modules = [...locked.map(({ name }) => name), 'absent'];
    const results = await python.importCheck({ python: made.python, modules, mark: 'm' });
    expect(results.map(({ module, ok, version, error }) => [module, ok, version ?? error])).toEqual([
      ['noisy', true, '1'],
      ['raising', false, 'ValueError: two'],
      ['exiting', false, 'SystemExit: 0'],
      ['crashing', false, 'the process ended during the import (SIGSEGV)'],
      ['lying', false, 'the process ended during the import (exit status 0)'],
      ['looking', true, 'HOME,LANG,LC_ALL,ORCHESTRATE_MARK,PATH,PIP_CONFIG_FILE,PYTHONNOUSERSITE,TMPDIR'],
      ['absent', false, "ModuleNotFoundError: No module named 'absent'"],
    ]);
    expect(await python.inspect(join(made.python, '../..'))).toMatchObject({ kind: 'intact' });
  });

  it('is built by a newer pip from the index when its own is too old', async ({ skip }) => {
    const bundled = readdirSync(toolsDir).find((name) => name.startsWith('pip-'));
    const wheel = await findPipWheel();
    if (wheel === undefined || bundled === undefined) skip('this Python has no wheel of pip');
    const old = join(folder, 'old-tools');
    await files.ensureDir(old);
    await files.copyTree(join(toolsDir, bundled ?? ''), join(old, 'pip-21.2'));
    const withPip = join(folder, 'with-pip');
    writePackages(withPip, [plain('core', '1.0')]);
    copyFileSync(wheel ?? '', join(withPip, basename(wheel ?? '')));
    const ask = { requirements: ['core'], python: { ...facts, pipVersion: '21.2' }, toolsDir: old, mark: 'm' };
    expect((await faultOf(python.resolve({ ...ask, index }))).message).toContain(
      'comes with pip 21.2; pip 22.3 or newer is needed',
    );
    expect(await python.resolve({ ...ask, index: { kind: 'folder', path: withPip } })).toMatchObject({
      kind: 'resolved',
    });
    expect(readdirSync(old)).toContain(bundled);
  });
});

async function findPipWheel(): Promise<string | undefined> {
  const { program } = await python.probe({ toolsDir });
  const script =
    'import ensurepip, glob, os; print(*glob.glob(os.path.join(os.path.dirname(ensurepip.__file__), "_bundled", "pip-*")))';
  const result = await processes.run({ program, args: ['-c', script], env: {}, timeoutMs: 10_000 });
  return result.stdout
    .trim()
    .split(' ')
    .find((path) => path !== '');
}
