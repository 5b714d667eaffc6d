import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { BREAK_MODES, makeIndex, makeWheel } from '../../demo/wheels.ts';
import { type PythonEnv, finish, makePythonEnv, resolveVersions, writeLock } from './support/python-env.ts';

const folder = mkdtempSync(join(tmpdir(), 'demo-wheels-'));
const index = makeIndex({ into: join(folder, 'index') });
let env: PythonEnv;

beforeAll(async () => {
  env = await makePythonEnv(folder);
});
afterAll(() => rmSync(folder, { recursive: true }));

function locked(...names: readonly string[]) {
  return names.map((wanted) => {
    const found = index.wheels.find((wheel) => `${wheel.name}==${wheel.version}` === wanted);
    if (!found) throw new Error(`${wanted} is not in the index`);
    return found;
  });
}

describe('the index', () => {
  test('has the same bytes when made again', () => {
    expect(makeIndex({ into: join(folder, 'again') }).wheels).toEqual(index.wheels);
  });

  test('names in its pages the hash of every file', () => {
    const page = readFileSync(join(index.folder, 'simple/torch/index.html'), 'utf8');
    for (const wheel of index.wheels.filter(({ name }) => name === 'torch')) {
      expect(page).toContain(`../../${wheel.file}#sha256=${wheel.sha256}`);
    }
  });

  test('gives the newest family that fits together', async () => {
    expect(await resolveVersions(env, index.folder, ['torchvision', 'torch'])).toEqual({
      torch: '2.11.0',
      torchvision: '0.26.0',
      numpy: '2.1.0',
      filelock: '3.20.0',
      'typing-extensions': '4.15.0',
    });
  });

  test('gives an old torch its own torchvision and numpy', async () => {
    expect(await resolveVersions(env, index.folder, ['torchvision', 'torch==2.8.0'])).toMatchObject({
      torch: '2.8.0',
      torchvision: '0.23.0',
      numpy: '1.26.4',
    });
  });

  test.each(BREAK_MODES)('offers with --break %s one newer torch', async (breakMode) => {
    const broken = makeIndex({ into: join(folder, breakMode), breakMode });
    expect(broken.wheels.length).toBe(index.wheels.length + 2);
    expect(await resolveVersions(env, broken.folder, ['torchvision', 'torch'])).toMatchObject({
      torch: '2.12.0',
      torchvision: '0.27.0',
    });
  });
});

describe('installing', () => {
  test('accepts a lock with the right hashes', async () => {
    const wheels = locked(
      'torch==2.10.0',
      'torchvision==0.25.0',
      'numpy==2.1.0',
      'filelock==3.20.0',
      'typing-extensions==4.15.0',
    );
    const lock = writeLock(join(folder, 'good.lock'), wheels);
    const args = [
      '--require-hashes',
      '--no-deps',
      '--index-url',
      `file://${index.folder}/simple/`,
      '--requirement',
      lock,
    ];
    expect(await env.pip('install', ...args)).toMatchObject({ exitCode: 0 });
    const said = await finish(env.python, [
      '-c',
      'import torch, torchvision, numpy; print(torch.__version__, torchvision.__version__, numpy.__version__)',
    ]);
    expect(said.stdout.trim()).toBe('2.10.0 0.25.0 2.1.0');
    expect(existsSync(join(folder, 'env/bin/torchrun'))).toBe(true);
  });

  test('refuses a wrong hash', async () => {
    const [torch] = locked('torch==2.9.1');
    const lock = writeLock(join(folder, 'bad.lock'), [{ ...torch!, sha256: '0'.repeat(64) }]);
    const done = await env.pip(
      'install',
      '--require-hashes',
      '--no-deps',
      '--no-index',
      '--find-links',
      index.folder,
      '--requirement',
      lock,
    );
    expect(done.exitCode).toBe(1);
    expect(done.stderr).toContain('THESE PACKAGES DO NOT MATCH THE HASHES');
  });

  test('a torchvision of another family says so when imported', async () => {
    const other = await makePythonEnv(join(folder, 'other'));
    await other.pip(
      'install',
      '--no-deps',
      '--no-index',
      '--find-links',
      index.folder,
      'torch==2.9.1',
      'torchvision==0.26.0',
      'numpy',
    );
    const said = await finish(other.python, ['-c', 'import torchvision']);
    expect(said.stderr).toContain('operator torchvision::nms does not exist');
  });
});

describe('makeWheel', () => {
  test('writes hostile paths as they are', () => {
    const wheel = makeWheel({ name: 'Evil.Pack', version: '1.0', files: { '../outside.txt': 'x' } });
    expect(wheel.file).toBe('Evil_Pack-1.0-py3-none-any.whl');
    expect(wheel.bytes.includes('../outside.txt')).toBe(true);
  });

  test('makes a wheel that a resolver meets beside the stock', async () => {
    const extra = [
      { name: 'needs-old-torch', version: '1.0', requires: ['torch<2.10'], files: { 'needs_old_torch.py': '' } },
    ];
    const with_ = makeIndex({ into: join(folder, 'extra'), extra });
    expect(await resolveVersions(env, with_.folder, ['needs-old-torch'])).toMatchObject({ torch: '2.9.1' });
  });
});
