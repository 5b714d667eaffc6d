import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';

import { beforeAll, describe, expect, it } from 'vitest';

import type { Survey } from '../../src/ports/python.ts';
import { makeVenv, pip, realPython } from '../support/found-environment.ts';
import { faultOf } from './support/fault-of.ts';
import { plain, writePackages } from './support/packages.ts';
import { pythonHarness } from './support/python-harness.ts';

const { folder, python: port } = pythonHarness();
const wheels = join(folder, 'index');
const venv = join(folder, 'ComfyUI', 'venv');
const trap = join(folder, 'imported');
let python: string;

const survey = (program = python): Promise<Survey> => port.survey({ python: program, mark: 'test/survey' });
const sitePackages = (): string => {
  const lib = join(venv, 'lib');
  return join(lib, readdirSync(lib)[0] ?? '', 'site-packages');
};
const named = (found: Survey, name: string) => found.packages.find((one) => one.name === name);

beforeAll(() => {
  mkdirSync(wheels, { recursive: true });
  writePackages(wheels, [
    plain('alpha', '1.0'),
    plain('beta', '2.0'),
    // Who imports it leaves a file behind.
    {
      name: 'trap',
      version: '0.1',
      files: { 'trap/__init__.py': `open(${JSON.stringify(trap)}, "w").write("ran")\n` },
    },
  ]);
  python = makeVenv(venv, { wheels, packages: ['alpha', 'trap'] });
  pip(python, ['install', '--no-deps', join(wheels, 'beta-2.0-py3-none-any.whl')]);
});

describe('a survey of an environment that is not ours', () => {
  it('says what it is and what it holds, and imports and writes nothing', async () => {
    const before = execFileSync('find', [venv, '-printf', '%p %s %T@\n'], { encoding: 'utf8' });
    const found = await survey();
    expect(found).toMatchObject({ prefix: venv, program: realPython(), manager: 'venv' });
    expect(found.abi).toBe(`cp3${found.version.split('.')[1]}`);
    expect(found.fingerprint).toMatch(/^[0-9a-f]{64}$/);
    expect(named(found, 'alpha')).toMatchObject({ version: '1.0', installer: 'pip', origin: { kind: 'index' } });
    expect(named(found, 'beta')).toMatchObject({
      origin: { kind: 'wheel', url: `file://${join(wheels, 'beta-2.0-py3-none-any.whl')}` },
    });
    expect(existsSync(trap)).toBe(false);
    expect(execFileSync('find', [venv, '-printf', '%p %s %T@\n'], { encoding: 'utf8' })).toBe(before);
    expect(await survey()).toEqual(found);
  });

  it('does not mind bytecode, and notices one byte of one file, and whose it is', async () => {
    const before = await survey();
    execFileSync(python, ['-c', 'import alpha']);
    expect(readdirSync(join(sitePackages(), 'alpha'))).toContain('__pycache__');
    expect(await survey()).toEqual(before);
    writeFileSync(join(sitePackages(), 'alpha', '__init__.py'), '__version__ = "1.0" \n');
    const after = await survey();
    expect(after.fingerprint).not.toBe(before.fingerprint);
    const moved = after.packages.filter(({ name, mark }) => named(before, name)?.mark !== mark);
    expect(moved.map(({ name }) => name)).toEqual(['alpha']);
  });

  it('tells times that moved from bytes that did, and reads only what it is asked to', async () => {
    const own = join(sitePackages(), 'beta', '__init__.py');
    const text = readFileSync(own, 'utf8');
    const read = (): Promise<Survey> => port.survey({ python, mark: 'test/survey', read: ['beta'] });
    const before = await survey();
    expect(named(before, 'beta')?.record).toMatch(/^[0-9a-f]{16}$/);
    expect(named(before, 'beta')?.isAsInstalled).toBeUndefined();
    utimesSync(own, 1_000_000_000, 1_000_000_000);
    const touched = await read();
    expect(touched.fingerprint).not.toBe(before.fingerprint);
    expect(named(touched, 'beta')?.mark).not.toBe(named(before, 'beta')?.mark);
    expect([touched.frame, named(touched, 'beta')?.record]).toEqual([before.frame, named(before, 'beta')?.record]);
    expect(named(touched, 'beta')?.isAsInstalled).toBe(true);
    expect(named(touched, 'alpha')?.isAsInstalled).toBeUndefined();

    // One byte for another: no size says so.
    writeFileSync(own, text.replace('2', '3'));
    const edited = await read();
    expect(edited.frame).toBe(before.frame);
    expect(named(edited, 'beta')?.isAsInstalled).toBe(false);
    // A list that is written to fit is another list.
    const list = join(sitePackages(), 'beta-2.0.dist-info', 'RECORD');
    const record = readFileSync(list, 'utf8');
    const hash = createHash('sha256').update(readFileSync(own)).digest('base64url');
    writeFileSync(list, record.replace(/(beta\/__init__\.py,sha256=)[^,]+/, `$1${hash}`));
    const forged = await read();
    expect(named(forged, 'beta')?.isAsInstalled).toBe(true);
    expect([forged.frame === before.frame, named(forged, 'beta')?.record === named(before, 'beta')?.record]).toEqual([
      true,
      false,
    ]);
    writeFileSync(list, record);
    writeFileSync(own, text);

    // A link to the same bytes is not the file that was installed.
    renameSync(own, join(folder, 'beta.py'));
    symlinkSync(join(folder, 'beta.py'), own);
    expect(named(await read(), 'beta')?.isAsInstalled).toBe(false);
    renameSync(join(folder, 'beta.py'), own);

    // Nobody says what the bytes of a file without a package were: its time counts.
    const loose = join(sitePackages(), 'loose.py');
    writeFileSync(loose, '');
    const with1 = await survey();
    utimesSync(loose, 1_000_000_000, 1_000_000_000);
    expect((await survey()).frame).not.toBe(with1.frame);
    rmSync(loose);
  });

  it('reads where a package came from, without its password', async () => {
    const write = (name: string, direct: object): void => {
      const info = join(sitePackages(), `${name}-1.0.dist-info`);
      mkdirSync(info);
      writeFileSync(join(info, 'METADATA'), `Metadata-Version: 2.1\nName: ${name}\nVersion: 1.0\n`);
      writeFileSync(join(info, 'INSTALLER'), 'uv\n');
      writeFileSync(join(info, 'direct_url.json'), JSON.stringify(direct));
    };
    const commit = 'c'.repeat(40);
    write('from_git', {
      url: 'https://anna:secret@example.com/x.git',
      vcs_info: { vcs: 'git', commit_id: commit, requested_revision: 'main' },
    });
    write('from_folder', { url: 'file:///srv/my%20code', dir_info: { editable: true } });
    write('from_nonsense', { url: 7 });
    const found = await survey();
    expect(named(found, 'from-git')).toMatchObject({
      installer: 'uv',
      origin: { kind: 'vcs', url: 'git+https://example.com/x.git', commit },
    });
    expect(named(found, 'from-folder')?.origin).toEqual({ kind: 'folder', path: '/srv/my code', editable: true });
    expect(named(found, 'from-nonsense')?.origin).toEqual({ kind: 'index' });
  });

  it('knows a conda environment by its conda-meta (written by us, not installed)', async () => {
    // conda puts an interpreter into the environment itself; a copy of its program needs its library beside it.
    const conda = join(folder, 'miniconda3', 'envs', 'comfy');
    mkdirSync(join(conda, 'bin'), { recursive: true });
    const script = `import sys; sys.prefix = sys.base_prefix = sys.exec_prefix = ${JSON.stringify(conda)}`;
    const lib = join(
      conda,
      'lib',
      `python${(await survey()).version.split('.').slice(0, 2).join('.')}`,
      'site-packages',
    );
    mkdirSync(lib, { recursive: true });
    mkdirSync(join(conda, 'conda-meta'));
    writeFileSync(join(conda, 'conda-meta', 'numpy-2.1.0-py311.json'), '{}\n');
    const wrapper = join(conda, 'bin', 'python');
    writeFileSync(
      wrapper,
      `#!/bin/sh\n# As conda's own: prefix and base are one folder.\nfor last; do :; done\nexec ${realPython()} -I -B -c '${script}
sys.path[:] = [one for one in sys.path if not one.endswith("site-packages")]
import sysconfig; sysconfig._INSTALL_SCHEMES["posix_prefix"]["purelib"] = sysconfig._INSTALL_SCHEMES["posix_prefix"]["platlib"] = ${JSON.stringify(lib)}
exec(sys.argv.pop(1))' "$last"\n`,
    );
    chmodSync(wrapper, 0o755);
    const found = await survey(wrapper);
    expect(found).toMatchObject({ prefix: conda, manager: 'conda', packages: [] });
    writeFileSync(join(conda, 'conda-meta', 'scipy-1.0-py311.json'), '{}\n');
    expect((await survey(wrapper)).fingerprint).not.toBe(found.fingerprint);
  });

  it('calls an interpreter outside of any environment the system', async () => {
    expect(await survey(realPython())).toMatchObject({ manager: 'system', program: realPython() });
  });

  it.each([
    ['is not there', '/absent/bin/python', /no interpreter at \/absent\/bin\/python/],
    ['is no Python', '/bin/true', /did not say what it holds/],
  ])('faults when the interpreter %s', async (_, program, message) => {
    const fault = await faultOf(survey(program));
    expect(['PYTHON_MISSING', 'PROCESS_FAILED']).toContain(fault.code);
    expect(fault.message).toMatch(message);
  });

  it('names the Python that a venv was made with when that is gone', async () => {
    const moved = join(folder, 'old-python');
    mkdirSync(join(folder, 'lost', 'bin'), { recursive: true });
    symlinkSync(join(moved, 'bin', 'python3.9'), join(folder, 'lost', 'bin', 'python'));
    writeFileSync(join(folder, 'lost', 'pyvenv.cfg'), `home = ${moved}/bin\nversion = 3.9.1\n`);
    const fault = await faultOf(survey(join(folder, 'lost', 'bin', 'python')));
    expect(fault.code).toBe('PYTHON_MISSING');
    expect(fault.message).toContain(`was made with the Python in ${moved}/bin`);
  });

  it('finds a venv that was moved by where it lies now', async () => {
    const to = join(folder, 'elsewhere');
    renameSync(venv, to);
    try {
      expect((await survey(join(to, 'bin', 'python'))).prefix).toBe(to);
    } finally {
      renameSync(to, venv);
    }
  });
});
