import { join } from 'node:path';

import { afterAll } from 'vitest';

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

/** The real port to Python, with folders of its own. */
export function pythonHarness(): PythonHarness {
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
  return {
    folder,
    toolsDir: join(folder, 'tools'),
    wheelsDir: join(folder, 'wheels'),
    python: withSearchPath(fixedSearchPath(process.env['PATH'])),
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
