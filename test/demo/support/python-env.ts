import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { makeIndex } from '../../../demo/wheels.ts';

const run = promisify(execFile);

export interface Finished {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end with an environment from nothing; a failure is a result, not an exception. */
export async function finish(file: string, args: readonly string[]): Promise<Finished> {
  const env = {
    PATH: process.env['PATH'],
    LC_ALL: 'C.UTF-8',
    PIP_CONFIG_FILE: '/dev/null',
    PYTHONDONTWRITEBYTECODE: '1',
  };
  try {
    const { stdout, stderr } = await run(file, args, { env, maxBuffer: 16 * 1024 * 1024, timeout: 60_000 });
    return { exitCode: 0, stdout, stderr };
  } catch (error) {
    const failed = error as { code?: unknown; stdout: string; stderr: string };
    return { exitCode: Number(failed.code ?? -1), stdout: failed.stdout, stderr: failed.stderr };
  }
}

/** An environment without pip, and pip beside it, as orchestrate uses them. */
export interface PythonEnv {
  readonly python: string;
  /** Runs pip inside the environment, offline, with no configuration of the machine. */
  pip(command: string, ...args: readonly string[]): Promise<Finished>;
}

// pip alone in a folder: run from the machine's site-packages it would take what lies beside it for installed.
const UNPACK_PIP = `
import glob, importlib.util, os, shutil, sys, zipfile
target = sys.argv[1]
found = importlib.util.find_spec("pip")
if found:
    shutil.copytree(os.path.dirname(found.origin), os.path.join(target, "pip"))
else:
    import ensurepip
    places = [os.path.join(os.path.dirname(ensurepip.__file__), "_bundled"), "/usr/share/python-wheels"]
    wheels = [wheel for place in places for wheel in glob.glob(os.path.join(place, "pip-*.whl"))]
    zipfile.ZipFile(wheels[0]).extractall(target)
`;

/** Makes an empty environment in `folder` (and the pip tool beside it). */
export async function makePythonEnv(folder: string): Promise<PythonEnv> {
  const tools = join(folder, 'tools');
  mkdirSync(tools, { recursive: true });
  await succeed('python3', ['-c', UNPACK_PIP, tools]);
  await succeed('python3', ['-m', 'venv', '--without-pip', join(folder, 'env')]);
  const python = join(folder, 'env', 'bin', 'python');
  const always = ['--isolated', '--disable-pip-version-check', '--no-cache-dir', '--only-binary', ':all:'];
  return {
    python,
    pip: (command, ...args) => finish(python, [join(tools, 'pip'), command, ...always, ...args]),
  };
}

/** Makes an environment with the newest wheels of an index folder, or the requirements given. */
export async function makeInstalledEnv(
  folder: string,
  index: string,
  requirements = ['torch', 'torchvision'],
): Promise<PythonEnv> {
  const env = await makePythonEnv(folder);
  const everything = [...requirements, 'comfyui-frontend-package'];
  const done = await env.pip('install', '--no-index', '--find-links', index, ...everything);
  if (done.exitCode !== 0) throw new Error(done.stderr);
  return env;
}

/**
 * Returns the interpreter of an environment with the newest wheels of the demonstration. One for all files of a run, which only start
 * simulators with it: to make it takes longer than most of their tests.
 */
export async function demoPython(): Promise<string> {
  const shared = join(process.env['HOME'] ?? tmpdir(), 'demo-python');
  if (!existsSync(shared)) {
    const own = mkdtempSync(`${shared}-`);
    const index = makeIndex({ into: join(own, 'index') }).folder;
    await makeInstalledEnv(own, index);
    try {
      renameSync(own, shared);
    } catch (error) {
      // Another file was faster.
      if (!existsSync(shared)) throw error;
      rmSync(own, { recursive: true });
    }
  }
  return join(shared, 'env/bin/python');
}

/** Resolves requirements without installing; returns name → version. */
export async function resolveVersions(env: PythonEnv, index: string, requirements: readonly string[]) {
  const done = await env.pip(
    'install',
    '--quiet',
    '--dry-run',
    '--report',
    '-',
    '--index-url',
    `file://${index}/simple/`,
    ...requirements,
  );
  if (done.exitCode !== 0) throw new Error(done.stderr);
  const report = JSON.parse(done.stdout) as { install: { metadata: { name: string; version: string } }[] };
  return Object.fromEntries(report.install.map(({ metadata }) => [metadata.name, metadata.version]));
}

/** Writes a requirements file with a hash on every line. */
export function writeLock(path: string, wheels: readonly { name: string; version: string; sha256: string }[]): string {
  writeFileSync(
    path,
    wheels.map((wheel) => `${wheel.name}==${wheel.version} --hash=sha256:${wheel.sha256}\n`).join(''),
  );
  return path;
}

async function succeed(file: string, args: readonly string[]): Promise<void> {
  const done = await finish(file, args);
  if (done.exitCode !== 0) throw new Error(`${file} ${args[0]} failed: ${done.stderr}`);
}
