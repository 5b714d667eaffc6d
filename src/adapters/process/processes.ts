import { Fault } from '../../base/fault.ts';
import type {
  FoundProcess,
  ProcessIdentity,
  Processes,
  ProgramDeath,
  ProgramResult,
  ProgramSpec,
  ServiceSpec,
} from '../../ports/processes.ts';
import type { Clock } from '../../ports/system.ts';
import { findProgram } from '../host/search-path.ts';
import { createLinuxProcessTable } from './linux-process-table.ts';
import { createMemoryGroups, type MemoryGroups } from './memory-groups.ts';
import { markVariable, type ProcessTable } from './process-table.ts';
import { createPsProcessTable } from './ps-process-table.ts';
import { tryReadOnlyBind, withReadOnlyBinds } from './read-only-binds.ts';
import type { Spawner } from './spawner.ts';
import { startFault } from './start-fault.ts';
import { stopProcess } from './stop-process.ts';

/** Output kept of each of stdout and stderr when the caller names no limit. */
const defaultMaxOutputBytes = 8 * 1024 * 1024;
/** Deaths that are remembered: whoever asks does so when the step of that very program fails. */
const maxDeaths = 100;

/**
 * Creates the port to programs. A program given by name is looked up on `searchPath`, or on the
 * `PATH` of its own environment when there is none. The limit on output holds for stdout and for
 * stderr, each. An aborted run resolves with signal `SIGKILL`.
 */
export function createProcesses(options: {
  spawner: Spawner;
  clock: Clock;
  searchPath?: readonly string[];
  table?: ProcessTable;
  groups?: MemoryGroups;
}): Processes {
  const { spawner, clock } = options;
  const table =
    options.table ?? (process.platform === 'linux' ? createLinuxProcessTable() : createPsProcessTable(spawner));

  const deaths: ProgramDeath[] = [];
  const groups = options.groups ?? createMemoryGroups(spawner);
  let bindOutcome: Promise<boolean> | undefined;

  const identify = async (pid: number): Promise<ProcessIdentity | undefined> => {
    const row = await table.find(pid);
    return row === undefined ? undefined : { pid, startTime: row.startTime };
  };

  return {
    async run(spec: ProgramSpec, signal?: AbortSignal): Promise<ProgramResult> {
      const { mark, ...rest } = spec;
      const program = resolveProgram(spec, options.searchPath);
      const env = mark === undefined ? spec.env : { ...spec.env, [markVariable]: mark };
      const maxOutputBytes = spec.maxOutputBytes ?? defaultMaxOutputBytes;
      const result = await spawner
        .run({ ...rest, program, env, maxOutputBytes }, signal)
        .catch((error: unknown) => Promise.reject(startFault(spec, error)));
      const isOurDoing = result.timedOut || signal?.aborted === true;
      if (mark !== undefined && result.signal !== null && !isOurDoing) {
        deaths.push({ mark, program: spec.program, signal: result.signal });
        deaths.splice(0, deaths.length - maxDeaths);
      }
      return { ...result, stdout: result.stdout.toString('utf8'), stderr: result.stderr.toString('utf8') };
    },

    deaths: (mark) => deaths.filter((one) => one.mark === mark),

    async start(spec: ServiceSpec): Promise<ProcessIdentity> {
      const { mark, readOnly, memoryMaxBytes: maxBytes, ...rest } = spec;
      const program = resolveProgram(spec, options.searchPath);
      const bound = withReadOnlyBinds({ ...rest, program, env: { ...spec.env, [markVariable]: mark } }, readOnly ?? []);
      const pid = await spawner
        .startDetached(maxBytes === undefined ? bound : await groups.enter(bound, { mark, maxBytes }))
        .catch((error: unknown) => Promise.reject(startFault(spec, error)));
      // A service that ended at once has no start time any more; the identity then matches nothing.
      return (await identify(pid)) ?? { pid, startTime: 'ended' };
    },

    identify,
    isAlive: async ({ pid, startTime }) => (await table.find(pid))?.startTime === startTime,
    async isStopped({ pid, startTime }) {
      const row = await table.find(pid);
      return row?.startTime === startTime && row.isStopped;
    },
    stop: (identity, { graceMs }) => stopProcess({ identity, graceMs, table, clock }),

    async findMarked(matches): Promise<readonly FoundProcess[]> {
      return (await table.marked()).filter((found) => matches(found.mark));
    },

    inside: (dir) => table.inside(dir),

    canCapMemory: () => groups.probe(),
    canBindReadOnly: () => (bindOutcome ??= tryReadOnlyBind(spawner)),

    close: () => spawner.close(),
  };
}

function resolveProgram(
  spec: { program: string; env: Readonly<Record<string, string>> },
  searchPath?: readonly string[],
): string {
  if (spec.program.startsWith('/')) return spec.program;
  if (spec.program.includes('/')) throw new Error(`not an absolute path: ${JSON.stringify(spec.program)}`);
  const folders = searchPath ?? (spec.env['PATH'] ?? '').split(':').filter((folder) => folder.startsWith('/'));
  const found = findProgram(spec.program, folders);
  if (found !== undefined) return found;
  throw new Fault('PROCESS_FAILED', `The program ${spec.program} was not found on the search path.`, {
    data: { program: spec.program },
  });
}
