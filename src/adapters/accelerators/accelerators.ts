import { Fault } from '../../base/fault.ts';
import type { Acceleration, Accelerators } from '../../ports/accelerators.ts';
import type { Processes, ProgramResult } from '../../ports/processes.ts';
import { findProgram } from '../host/search-path.ts';
import { readHolders } from './read-holders.ts';
import { readNvidiaSmi } from './read-nvidia-smi.ts';

/** A driver that nobody has used since the start of the machine needs several seconds for its first answer. */
const defaultTimeoutMs = 20_000;
const maxOutputBytes = 256 * 1024;

const query = ['--query-gpu=name,driver_version,compute_cap,memory.total', '--format=csv,noheader,nounits'];
/** Drivers before 510 do not know `compute_cap`, and refuse the whole question. */
const olderQuery = ['--query-gpu=name,driver_version,memory.total', '--format=csv,noheader,nounits'];

const holdersQuery = ['--query-compute-apps=pid,process_name,used_memory', '--format=csv,noheader,nounits'];

/** Creates the port to graphics cards. A program that hangs is ended with its whole process group. */
export function createAccelerators(options: {
  processes: Processes;
  searchPath: readonly string[];
  timeoutMs?: number;
}): Accelerators {
  const { processes, searchPath, timeoutMs = defaultTimeoutMs } = options;

  const ask = (program: string, args: readonly string[]): Promise<ProgramResult> =>
    processes.run({
      program,
      args,
      env: { PATH: searchPath.join(':'), LANG: 'C', LC_ALL: 'C' },
      cwd: '/',
      timeoutMs,
      maxOutputBytes,
    });

  return {
    async probe(): Promise<Acceleration> {
      const program = findProgram('nvidia-smi', searchPath);
      if (program === undefined) return { kind: 'none' };
      try {
        const page = await ask(program, []);
        if (page.timedOut) return hung(timeoutMs);
        const full = await ask(program, query);
        const isOlder = /compute_cap.*not a valid field/i.test(`${full.stdout}${full.stderr}`);
        const table = isOlder ? await ask(program, olderQuery) : full;
        if (table.timedOut) return hung(timeoutMs);
        return readNvidiaSmi({ page, table, columns: isOlder ? 3 : 4 });
      } catch (error) {
        if (error instanceof Fault && error.code === 'PROCESS_FAILED')
          return { kind: 'unknown', reason: error.message.replace(/\.$/, '') };
        throw error;
      }
    },

    async holders() {
      const program = findProgram('nvidia-smi', searchPath);
      if (program === undefined) return [];
      try {
        const { stdout, exitCode, timedOut } = await ask(program, holdersQuery);
        return timedOut || exitCode !== 0 ? [] : readHolders(stdout);
      } catch (error) {
        if (error instanceof Fault && error.code === 'PROCESS_FAILED') return [];
        throw error;
      }
    },
  };
}

function hung(timeoutMs: number): Acceleration {
  return {
    kind: 'unknown',
    reason: `nvidia-smi did not answer in ${Math.round(timeoutMs / 1000)} seconds and was ended`,
  };
}
