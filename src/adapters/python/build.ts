import { symlink } from 'node:fs/promises';
import { basename, join } from 'node:path';

import { Fault } from '../../base/fault.ts';
import type { BuiltEnvironment } from '../../ports/python.ts';
import { withScratch, type Scratch } from './child-environment.ts';
import { throwPipFault } from './classify-pip.ts';
import {
  buildingName,
  inspectEnvironment,
  loadManifest,
  manifestName,
  takeManifest,
  type StoredManifest,
} from './environment-manifest.ts';
import { folderSource } from './index-source.ts';
import { ensureWheels, type WheelRequest } from './kept-wheels.ts';
import { lockLines } from './lock-lines.ts';
import { requireModernPip } from './modern-pip.ts';
import type { Parts } from './parts.ts';
import { removeUnfinished } from './remove-unfinished.ts';
import { runPip } from './run-pip.ts';

const venvTimeoutMs = 2 * 60_000;
const installTimeoutMs = 60 * 60_000;
const compileTimeoutMs = 30 * 60_000;

/**
 * Builds an environment, or verifies the finished one of the same id.
 * Further faults: `ENVIRONMENT_DRIFTED` when the finished one is not what was built: nothing is
 * changed then, because what somebody put into it may be wanted.
 */
export async function build(parts: Parts, request: WheelRequest): Promise<BuiltEnvironment> {
  const finished = await findFinished(parts, request);
  if (finished !== undefined) return finished;
  await removeUnfinished(parts, request.dir);
  return withScratch(parts, request.toolsDir, async (scratch) => {
    const wheels = await ensureWheels(parts, request, scratch);
    parts.log?.info('environment wheels are kept', {
      id: request.id,
      nWheels: wheels.paths.length,
      downloadedBytes: wheels.downloadedBytes,
    });
    await parts.files.ensureDir(request.dir);
    await parts.files.writeAtomic(join(request.dir, buildingName), `${request.mark}\n`);
    await makeVenv(parts, request, scratch);
    await install(parts, request, { scratch, wheelPaths: wheels.paths });
    await precompile(parts, request, scratch);
    const manifest = await seal(parts, request);
    return {
      python: join(request.dir, 'bin', 'python'),
      manifestDigest: manifest.digest,
      nFiles: manifest.nFiles,
      sizeBytes: manifest.sizeBytes,
      downloadedBytes: wheels.downloadedBytes,
      fromKeptWheels: wheels.fromKept,
    };
  });
}

async function findFinished(parts: Parts, { dir, id, packages }: WheelRequest): Promise<BuiltEnvironment | undefined> {
  const condition = await inspectEnvironment(parts, dir);
  if (condition.kind === 'missing') return undefined;
  if (condition.kind === 'drifted') {
    const few = condition.changed.slice(0, 3).join(', ');
    throw new Fault(
      'ENVIRONMENT_DRIFTED',
      `The environment ${dir} is not the one that was built: ${few}${condition.changed.length > 3 ? ', …' : ''} changed.`,
      {
        state: 'Nothing was changed.',
        data: { changed: condition.changed.slice(0, 1000) },
      },
    );
  }
  const stored = await loadManifest(parts, dir);
  if (stored === undefined || stored === 'broken' || stored.id !== id) {
    throw new Fault('ENVIRONMENT_BUILD_FAILED', `The folder ${dir} holds another environment.`, {
      state: 'Nothing was changed.',
    });
  }
  const { digest: manifestDigest, nFiles, sizeBytes } = stored;
  return {
    python: condition.python,
    manifestDigest,
    nFiles,
    sizeBytes,
    downloadedBytes: 0,
    fromKeptWheels: packages.length,
  };
}

async function makeVenv(parts: Parts, { dir, python, mark }: WheelRequest, { env }: Scratch): Promise<void> {
  const args = ['-I', '-B', '-m', 'venv', '--without-pip', dir];
  const result = await parts.processes.run({
    program: python.program,
    args,
    env,
    cwd: '/',
    timeoutMs: venvTimeoutMs,
    mark,
  });
  if (result.exitCode === 0) return;
  throw stepFailed('Python could not make the environment', result);
}

/** Nothing of a package runs while it is installed: wheels are unpacked, and only the ones of the lock. */
async function install(
  parts: Parts,
  request: WheelRequest,
  { scratch, wheelPaths }: { scratch: Scratch; wheelPaths: readonly string[] },
): Promise<void> {
  if (wheelPaths.length === 0) return;
  const { dir, python, toolsDir, mark } = request;
  const wheelsDir = join(scratch.dir, 'wheels');
  await parts.files.ensureDir(wheelsDir);
  for (const path of wheelPaths) await symlink(path, join(wheelsDir, basename(path)));
  const listPath = join(scratch.dir, 'install.txt');
  await parts.files.writeAtomic(listPath, lockLines(request.packages));
  const program = join(dir, 'bin', 'python');
  const pipVersion = await requireModernPip(parts, {
    python,
    bare: program,
    toolsDir,
    source: undefined,
    scratch,
    mark,
  });
  const outcome = await runPip(parts, {
    ...{ python: program, toolsDir, pipVersion, scratch, mark, source: folderSource(wheelsDir) },
    command: 'install',
    args: ['--require-hashes', '--no-deps', '--no-compile', '--no-warn-script-location', '--requirement', listPath],
    timeoutMs: installTimeoutMs,
  });
  if (!outcome.isOk) throwPipFault(outcome, 'of kept wheels', unfinished);
}

const unfinished = 'The environment is not finished; a repeat starts it anew.';

/**
 * The bytecode names no time of its source and is never checked against it, so that a sealed
 * environment has no reason to be written into. A file that does not compile is left as it is:
 * some packages carry templates and tests that are no Python.
 */
async function precompile(parts: Parts, { dir, mark }: WheelRequest, { env }: Scratch): Promise<void> {
  const result = await parts.processes.run({
    program: join(dir, 'bin', 'python'),
    // Then everything that was written reaches the disk, before the manifest says that it is there.
    args: ['-I', '-B', '-c', compileScript, join(dir, 'lib')],
    env,
    cwd: '/',
    timeoutMs: compileTimeoutMs,
    mark,
  });
  if (result.exitCode !== 0) throw stepFailed('The packages could not be compiled', result);
}

const compileScript = `
import compileall, os, py_compile, sys
if __name__ == "__main__":
    mode = py_compile.PycInvalidationMode.UNCHECKED_HASH
    compileall.compile_dir(sys.argv[1], maxlevels=64, quiet=2, force=True, workers=0, invalidation_mode=mode)
    os.sync()
`;

async function seal(parts: Parts, { dir, id }: WheelRequest): Promise<StoredManifest> {
  for (const name of await parts.files.list(dir)) {
    if (name !== buildingName) await parts.files.setReadOnly(join(dir, name), true);
  }
  const { digest, nFiles, sizeBytes, lines } = await takeManifest(parts, dir);
  const manifest: StoredManifest = { version: 1, id, digest, nFiles, sizeBytes, lines };
  await parts.files.remove(join(dir, buildingName));
  await parts.files.writeAtomic(join(dir, manifestName), JSON.stringify(manifest), { mode: 0o444 });
  await parts.files.setReadOnly(dir, true);
  return manifest;
}

function stepFailed(what: string, result: { stdout: string; stderr: string; timedOut: boolean }): Fault {
  const output = `${result.stdout}\n${result.stderr}`.trim();
  if (/No space left on device|Disk quota exceeded/.test(output))
    return new Fault('DISK_FULL', `The disk is full: ${what.toLowerCase()}.`, { state: unfinished });
  const why = result.timedOut ? 'it did not finish in time' : (output.split('\n').at(-1) ?? 'it said nothing');
  return new Fault('ENVIRONMENT_BUILD_FAILED', `${what}: ${why}`, {
    state: unfinished,
    data: { log: output.slice(-4000) },
  });
}
