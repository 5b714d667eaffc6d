import { Fault } from '../../base/fault.ts';
import { bytesText } from '../../domain/plans/amounts.ts';
import type { App, Installation } from '../app.ts';
import { attempt, bad, good, type DoctorCheck } from './_doctor-check.ts';

/** Floors of the tools; see the design's section on choices. */
const LEAST_NODE = 24;
const LEAST_GIT = [2, 39] as const;
const LEAST_PYTHON = [3, 10] as const;
/** An environment with CUDA wheels needs about this much while it is built. */
const LOW_DISK_BYTES = 12_000_000_000;
const TIMEOUT_MS = 20_000;

/** Prints what an interpreter is and has, as JSON; imports nothing of the person's folders (`-I`). */
const PYTHON_PROBE =
  'import json,sys,importlib.util as u; print(json.dumps([list(sys.version_info[:3]), u.find_spec("venv") is not None, u.find_spec("ensurepip") is not None, u.find_spec("pip") is not None]))';

/** Checks the tools of the machine. `installation` decides which Python is asked and which disk is looked at. */
export async function checkMachine(app: App, installation: Installation | undefined): Promise<readonly DoctorCheck[]> {
  return [
    checkNode(app),
    await attempt('git', () => checkGit(app)),
    ...(installation?.config.template === 'service'
      ? [good('python', 'does not apply: no environment is looked after')]
      : await checkPython(app, installation?.config.python.program ?? 'python3')),
    await attempt('disk', () => checkDisk(app, installation?.paths.home ?? app.cwd)),
  ];
}

function checkNode({ nodeVersion }: App): DoctorCheck {
  if (Number.parseInt(nodeVersion, 10) >= LEAST_NODE) return good('node', `Node ${nodeVersion}`);
  return bad('node', `Node ${nodeVersion} is older than ${LEAST_NODE}`, 'install Node 24 or newer');
}

async function checkGit(app: App): Promise<DoctorCheck> {
  const output = await outputOf(app, 'git', ['--version']);
  if (output === undefined) return bad('git', 'git is not on the PATH', 'install git 2.39 or newer');
  const [, major, minor] = /(\d+)\.(\d+)/.exec(output) ?? [];
  if (!isAtLeast([Number(major), Number(minor)], LEAST_GIT))
    return bad('git', `${output.trim()} is older than ${LEAST_GIT.join('.')}`, 'install git 2.39 or newer');
  return good('git', output.trim());
}

async function checkPython(app: App, program: string): Promise<readonly DoctorCheck[]> {
  const output = await outputOf(app, program, ['-I', '-c', PYTHON_PROBE]);
  const facts = output === undefined ? undefined : parsePython(output);
  if (facts === undefined)
    return [
      bad(
        'python',
        `${program} cannot be run`,
        'install Python 3.10 or newer, or set python.program in orchestrate.yaml',
      ),
    ];
  const version = facts.version.join('.');
  return [
    isAtLeast(facts.version, LEAST_PYTHON)
      ? good('python', `Python ${version} (${program})`)
      : bad(
          'python',
          `Python ${version} (${program}) is older than ${LEAST_PYTHON.join('.')}`,
          'set python.program in orchestrate.yaml',
        ),
    facts.hasVenv
      ? good('venv', 'the venv module is there')
      : bad('venv', `${program} has no venv module`, 'install it, e.g. the package python3-venv'),
    facts.hasEnsurepip || facts.hasPip
      ? good('pip', facts.hasEnsurepip ? 'pip comes with the interpreter' : 'pip is installed beside the interpreter')
      : bad('pip', `${program} has neither pip nor ensurepip`, 'install it, e.g. the package python3-pip'),
  ];
}

async function checkDisk(app: App, dir: string): Promise<DoctorCheck> {
  const freeBytes = await app.outside.files.freeBytes(dir);
  if (freeBytes >= LOW_DISK_BYTES) return good('disk', `${bytesText(freeBytes)} free at ${dir}`);
  return good(
    'disk',
    `${bytesText(freeBytes)} free at ${dir}: too little for a CUDA build of PyTorch`,
    'free some space before an upgrade',
  );
}

/** Returns what the program prints, or undefined when it cannot be run or fails. */
async function outputOf(app: App, program: string, args: readonly string[]): Promise<string | undefined> {
  try {
    const { exitCode, stdout } = await app.outside.processes.run({
      program,
      args,
      env: { LC_ALL: 'C' },
      timeoutMs: TIMEOUT_MS,
    });
    return exitCode === 0 ? stdout : undefined;
  } catch (error) {
    if (error instanceof Fault && error.code === 'PROCESS_FAILED') return undefined;
    throw error;
  }
}

interface PythonProbe {
  readonly version: readonly number[];
  readonly hasVenv: boolean;
  readonly hasEnsurepip: boolean;
  readonly hasPip: boolean;
}

function parsePython(output: string): PythonProbe | undefined {
  const match = /^\[\[(\d+), (\d+), (\d+)\], (true|false), (true|false), (true|false)\]\s*$/.exec(output);
  if (match === null) return undefined;
  const [, major, minor, patch, venv, ensurepip, pip] = match;
  return {
    version: [Number(major), Number(minor), Number(patch)],
    hasVenv: venv === 'true',
    hasEnsurepip: ensurepip === 'true',
    hasPip: pip === 'true',
  };
}

function isAtLeast(version: readonly number[], least: readonly [number, number]): boolean {
  const [major = 0, minor = 0] = version;
  return major > least[0] || (major === least[0] && minor >= least[1]);
}
