import { isAbsolute } from 'node:path';

import { Fault } from '../../base/fault.ts';
import type { FoundInterpreter } from '../../ports/python.ts';
import { findProgram } from '../host/search-path.ts';
import { askOnce } from './asked-before.ts';
import { childEnvironment } from './child-environment.ts';
import type { Parts } from './parts.ts';

/** What an interpreter says about itself. */
export interface Interpreter {
  readonly program: string;
  readonly version: string;
  readonly abi: string;
  readonly platform: string;
  readonly hasVenv: boolean;
  /** Wheels of pip that lie beside it, and the pip that it can import: path and version, best first. */
  readonly pips: readonly { readonly path: string; readonly version: string }[];
}

const names = ['python3', 'python3.13', 'python3.12', 'python3.14', 'python3.11', 'python3.10', 'python'];
const lowest = [3, 10] as const;
/** An interpreter that takes longer to say its version does not work. */
const askTimeoutMs = 30_000;

/** Finds the interpreter that was named, or the first good one on the search path. */
export async function findInterpreter(parts: Parts, program: string | undefined): Promise<Interpreter> {
  const candidates = program === undefined ? names : [program];
  let bestFault: Fault | undefined;
  for (const candidate of candidates) {
    const path = isAbsolute(candidate) ? candidate : findProgram(candidate, parts.searchPath);
    const ask = (): Promise<Interpreter | undefined> => askInterpreter(parts, path ?? candidate);
    const isGood = (one: Interpreter): boolean => faultOf(one) === undefined;
    const interpreter = path === undefined ? undefined : await askOnce(path, { ask, isGood });
    const fault = interpreter === undefined ? undefined : faultOf(interpreter);
    if (interpreter !== undefined && fault === undefined) return interpreter;
    // "Has no venv" says more than "is too old", and both say more than "is missing".
    if (fault !== undefined && bestFault?.code !== 'PYTHON_VENV_MISSING') bestFault = fault;
  }
  throw bestFault ?? missing(program);
}

/** Asks every Python of the search path; one that is there under several names is told under the one with its version. */
export async function listInterpreters(parts: Parts): Promise<readonly FoundInterpreter[]> {
  const found = new Map<string, FoundInterpreter>();
  for (const name of [...names.filter((one) => one.includes('.')), 'python3', 'python']) {
    const path = findProgram(name, parts.searchPath);
    const interpreter = path === undefined ? undefined : await askInterpreter(parts, path);
    if (interpreter === undefined || found.has(interpreter.program)) continue;
    const { program, version, abi } = interpreter;
    found.set(program, { name, program, version, abi, problem: faultOf(interpreter)?.message ?? null });
  }
  return [...found.values()];
}

function missing(program: string | undefined): Fault {
  const what = program === undefined ? 'No Python was found on the search path' : `No Python was found at ${program}`;
  return new Fault('PYTHON_MISSING', `${what}; Python 3.10 or newer is needed.`);
}

function faultOf({ program, version, hasVenv, pips }: Interpreter): Fault | undefined {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major < lowest[0] || (major === lowest[0] && minor < lowest[1])) {
    return new Fault('PYTHON_TOO_OLD', `Python ${version} at ${program} is too old; 3.10 or newer is needed.`);
  }
  if (hasVenv && pips.length > 0) return undefined;
  const what = hasVenv ? 'neither pip nor ensurepip' : 'no venv module';
  return new Fault('PYTHON_VENV_MISSING', `Python ${version} at ${program} has ${what}.`, {
    hints: [`apt install python${major}.${minor}-venv`, 'orchestrate doctor'],
  });
}

async function askInterpreter(parts: Parts, path: string): Promise<Interpreter | undefined> {
  const env = childEnvironment(parts.searchPath, '/nonexistent');
  let stdout: string;
  try {
    const result = await parts.processes.run({
      program: path,
      args: ['-I', '-B', '-c', script],
      env,
      cwd: '/',
      timeoutMs: askTimeoutMs,
    });
    if (result.exitCode !== 0) return undefined;
    stdout = result.stdout;
  } catch (error) {
    if (error instanceof Fault) return undefined; // Not executable: no interpreter.
    throw error;
  }
  try {
    return JSON.parse(stdout) as Interpreter;
  } catch {
    return undefined; // A program of that name that is no Python.
  }
}

/** Runs under Python 2, too: an old interpreter must be able to say how old it is. */
const script = `
import json, os, sys, sysconfig
pips = []
has_venv = False
if sys.version_info >= (3, 8):
    import glob, importlib.metadata, importlib.util
    has_venv = importlib.util.find_spec("venv") is not None
    dirs = [sysconfig.get_config_var("WHEEL_PKG_DIR")]
    spec = importlib.util.find_spec("ensurepip")
    if spec is not None and spec.origin:
        dirs.append(os.path.join(os.path.dirname(spec.origin), "_bundled"))
    for folder in dirs:
        for path in sorted(glob.glob(os.path.join(folder, "pip-*.whl"))) if folder else []:
            pips.append({"path": path, "version": os.path.basename(path).split("-")[1]})
    spec = importlib.util.find_spec("pip")
    if spec is not None and spec.origin:
        try:
            pips.append({"path": os.path.dirname(spec.origin), "version": importlib.metadata.version("pip")})
        except importlib.metadata.PackageNotFoundError:
            pass
flags = getattr(sys, "abiflags", "")
print(json.dumps({
    "program": os.path.realpath(getattr(sys, "_base_executable", None) or sys.executable),
    "version": ".".join(map(str, sys.version_info[:3])),
    "abi": "cp%d%d%s" % (sys.version_info[0], sys.version_info[1], flags.replace("m", "")),
    "platform": sysconfig.get_platform(),
    "hasVenv": has_venv,
    "pips": pips,
}))
`;
