import { readdir, readFile, statfs } from 'node:fs/promises';
import { availableParallelism, loadavg } from 'node:os';

import { Fault } from '../../base/fault.ts';
import type { MachineFacts } from '../../ports/machine-facts.ts';
import type { Processes } from '../../ports/processes.ts';
import { readPs, readVmStat } from './darwin-facts.ts';
import { askByProgram, createDiskRoom } from './disk-room.ts';
import { readGroupMemory, readMeminfo, readResident, readStat } from './linux-facts.ts';

/** Kernels count processor time in hundredths for programs, whatever they use inside (`USER_HZ`). */
const ticksPerSecond = 100;
/** The programs of macOS answer at once; one that does not is not waited for. */
const commandMs = 5_000;

type Memory = Awaited<ReturnType<MachineFacts['memory']>>;

/** Creates the port to what the machine says of itself. Where a control group limits our memory, the limit counts as the machine's. */
export function createMachineFacts(options: {
  readonly processes: Pick<Processes, 'run'>;
  readonly platform: string;
  /** `/proc` and `/sys/fs/cgroup`; other folders for tests of the contract. */
  readonly proc?: string;
  readonly groups?: string;
}): MachineFacts {
  const { processes, platform, proc = '/proc', groups = '/sys/fs/cgroup' } = options;
  const isMac = platform === 'darwin';
  const ask = async (program: string, args: readonly string[]): Promise<string> => {
    try {
      const result = await processes.run({ program, args, env: { LC_ALL: 'C' }, timeoutMs: commandMs });
      return result.exitCode === 0 ? result.stdout : '';
    } catch (error) {
      if (error instanceof Fault && error.code === 'PROCESS_FAILED') return '';
      throw error;
    }
  };

  return {
    disk: createDiskRoom(isMac ? statfs : askByProgram(processes)),
    async memory() {
      if (!isMac) return withGroup(readMeminfo((await textOf(`${proc}/meminfo`)) ?? ''), groups);
      const [memsize, pages, swap] = await Promise.all([
        ask('/usr/sbin/sysctl', ['-n', 'hw.memsize']),
        ask('/usr/bin/vm_stat', []),
        ask('/usr/sbin/sysctl', ['-n', 'vm.swapusage']),
      ]);
      return readVmStat(memsize, pages, swap);
    },
    load: async () => ({ oneMinute: loadavg()[0] ?? 0, processors: availableParallelism() }),
    async process(pid) {
      if (isMac) {
        const found = readPs(await ask('/bin/ps', ['-p', String(pid), '-o', 'rss=,time=,state=']));
        return found === undefined ? undefined : { ...found, openFiles: null };
      }
      const stat = readStat((await textOf(`${proc}/${pid}/stat`)) ?? '', ticksPerSecond);
      if (stat === undefined || stat.state === 'Z') return undefined;
      const residentBytes = readResident((await textOf(`${proc}/${pid}/status`)) ?? '');
      return { residentBytes, ...stat, openFiles: await countOf(`${proc}/${pid}/fd`) };
    },
  };
}

async function withGroup(memory: Memory, groups: string): Promise<Memory> {
  const [max, current, stat] = await Promise.all(
    ['memory.max', 'memory.current', 'memory.stat'].map((name) => textOf(`${groups}/${name}`)),
  );
  if (max === undefined || current === undefined) return memory;
  // Cached files that nobody uses go when room is needed: they are available.
  const inactive = Number(/^inactive_file (\d+)$/m.exec(stat ?? '')?.[1] ?? 0);
  const group = readGroupMemory(max, current, inactive);
  if (group === undefined || group.totalBytes >= memory.totalBytes) return memory;
  return { ...memory, ...group, availableBytes: Math.min(group.availableBytes, memory.availableBytes) };
}

/** What is gone or not for us tells nothing. */
async function textOf(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch {
    return undefined;
  }
}

async function countOf(dir: string): Promise<number | null> {
  try {
    return (await readdir(dir)).length;
  } catch {
    return null;
  }
}
