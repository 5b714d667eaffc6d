import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll } from 'vitest';

import { createDigest } from '../../../src/adapters/clock/digest.ts';
import { createSystemClock } from '../../../src/adapters/clock/system-clock.ts';
import { createFiles } from '../../../src/adapters/files/files.ts';
import { fixedSearchPath } from '../../../src/adapters/host/search-path.ts';
import { createInProcessSpawner } from '../../../src/adapters/process/in-process-spawner.ts';
import { createProcesses } from '../../../src/adapters/process/processes.ts';
import { createPython } from '../../../src/adapters/python/python.ts';
import type { Processes, ProgramSpec } from '../../../src/ports/processes.ts';
import type { Python } from '../../../src/ports/python.ts';
import { tempFolder } from './temp-folder.ts';

export interface PythonHarness {
  readonly folder: string;
  readonly toolsDir: string;
  readonly wheelsDir: string;
  readonly python: Python;
  readonly processes: Processes;
  /** Every program that was run, in order. */
  readonly runs: ProgramSpec[];
  /** The same port with another search path. */
  withSearchPath(searchPath: readonly string[]): Python;
  /** The same port behind a proxy, or with another certificate authority. */
  withNetwork(network: { proxy?: string; certificateFile?: string }): Python;
}

/** The real port to Python, with folders of its own. With `isPrepared`, pip is in its tools folder already. */
export function pythonHarness({ isPrepared = false }: { isPrepared?: boolean } = {}): PythonHarness {
  const folder = tempFolder();
  const clock = createSystemClock();
  const real = createProcesses({ spawner: createInProcessSpawner(), clock });
  afterAll(() => real.close());
  const runs: ProgramSpec[] = [];
  const processes: Processes = {
    ...real,
    run(spec, signal) {
      runs.push(spec);
      return real.run(spec, signal);
    },
  };
  const withSearchPath = (searchPath: readonly string[]): Python =>
    createPython({ processes, files: createFiles(), clock, digest: createDigest(), searchPath });
  const toolsDir = join(folder, 'tools');
  const python = withSearchPath(fixedSearchPath(process.env['PATH']));
  if (isPrepared)
    beforeAll(async () => {
      await linkPip(python, toolsDir);
      runs.length = 0;
    });
  return {
    folder,
    toolsDir,
    wheelsDir: join(folder, 'wheels'),
    python,
    processes,
    runs,
    withSearchPath,
    withNetwork: (network) =>
      createPython({
        ...{ processes, files: createFiles(), clock, digest: createDigest(), network },
        searchPath: fixedSearchPath(process.env['PATH']),
      }),
  };
}

/** Unpacks and compiles pip once for all files of a run, and links it: that takes longer than most tests that only need it. */
async function linkPip(python: Python, toolsDir: string): Promise<void> {
  const shared = join(process.env['HOME'] ?? tmpdir(), 'pip-of-all-files');
  const { pipVersion } = await python.probe({ toolsDir: shared });
  mkdirSync(toolsDir);
  execFileSync('cp', ['-al', join(shared, `pip-${pipVersion}`), toolsDir]);
}
