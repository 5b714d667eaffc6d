import { join } from 'node:path';

import { Fault } from '../../base/fault.ts';
import type { PythonFacts } from '../../ports/python.ts';
import { childEnvironment, scratchDir } from './child-environment.ts';
import type { Interpreter } from './interpreter.ts';
import type { Parts } from './parts.ts';
import { comparePip, isModernPip } from './pip-version.ts';

/** Unpacking and compiling pip takes a second; a slow disk may need longer. */
const prepareTimeoutMs = 120_000;

/** Returns the folder of the pip of that version: `python <folder>/pip` runs it. */
export function pipDir(toolsDir: string, version: string): string {
  return join(toolsDir, `pip-${version}`);
}

/**
 * Unpacks the pip that comes with an interpreter into the tools folder and returns its version.
 * Where several are there, the first that is new enough is taken, else the newest.
 */
export async function ensurePip(parts: Parts, interpreter: Interpreter, toolsDir: string): Promise<string> {
  const newest = interpreter.pips.toSorted((a, b) => comparePip(b.version, a.version))[0];
  const pip = interpreter.pips.find(({ version }) => isModernPip(version)) ?? newest;
  if (pip === undefined) throw new Error('an interpreter without pip was accepted');
  await ensureTool(parts, { toolsDir, dir: pipDir(toolsDir, pip.version) }, async (dir) => {
    const run = (args: readonly string[]): Promise<void> => runTool(parts, interpreter.program, args);
    if (pip.path.endsWith('.whl')) await run(['-m', 'zipfile', '-e', pip.path, dir]);
    else await parts.files.copyTree(pip.path, join(dir, 'pip'));
    await run(['-m', 'compileall', '-q', dir]);
  });
  return pip.version;
}

/** Makes an environment with nothing in it, in which pip resolves; returns its interpreter. */
export async function ensureBareVenv(parts: Parts, python: PythonFacts, toolsDir: string): Promise<string> {
  const key = parts.digest.sha256(`${python.program}\n${python.version}\n${python.abi}`).slice(0, 12);
  const dir = join(toolsDir, `venv-${key}`);
  const program = join(dir, 'bin', 'python');
  await ensureTool(parts, { toolsDir, dir }, (temporary) =>
    runTool(parts, python.program, ['-m', 'venv', '--without-pip', temporary]),
  );
  return program;
}

const underWay = new Map<string, Promise<void>>();

type Tool = { readonly toolsDir: string; readonly dir: string };

/**
 * Makes a folder once: elsewhere in the tools folder, renamed when it is complete. Two that make it
 * at the same time are fine. A bare venv survives the rename because only its `python` is ever used.
 */
export async function ensureTool(parts: Parts, tool: Tool, make: (temporary: string) => Promise<void>): Promise<void> {
  if ((await parts.files.info(tool.dir)) !== undefined) return;
  const running = underWay.get(tool.dir) ?? makeTool(parts, tool, make).finally(() => underWay.delete(tool.dir));
  underWay.set(tool.dir, running);
  await running;
}

async function makeTool(
  parts: Parts,
  { toolsDir, dir }: Tool,
  make: (temporary: string) => Promise<void>,
): Promise<void> {
  const temporary = scratchDir(toolsDir);
  await parts.files.ensureDir(temporary);
  try {
    await make(temporary);
    await parts.files.rename(temporary, dir);
  } catch (error) {
    await parts.files.remove(temporary);
    if ((await parts.files.info(dir)) === undefined) throw error; // Else another process was faster.
  }
}

async function runTool(parts: Parts, program: string, args: readonly string[]): Promise<void> {
  const env = childEnvironment(parts.searchPath, '/nonexistent');
  const result = await parts.processes.run({
    program,
    args: ['-I', ...args],
    env,
    cwd: '/',
    timeoutMs: prepareTimeoutMs,
  });
  if (result.exitCode === 0) return;
  const why = (result.stderr || result.stdout).trim().split('\n').at(-1) ?? '';
  if (/No space left on device|Disk quota exceeded/.test(why))
    throw new Fault('DISK_FULL', `The disk is full: cannot prepare pip (${why})`);
  if (args[1] === 'venv')
    throw new Fault('PYTHON_VENV_MISSING', `Python at ${program} cannot make an environment: ${why}`);
  throw new Fault('ENVIRONMENT_BUILD_FAILED', `Python at ${program} cannot prepare pip: ${why}`);
}
