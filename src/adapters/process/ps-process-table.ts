import type { FoundProcess } from '../../ports/processes.ts';
import { markVariable, type ProcessRow, type ProcessTable } from './process-table.ts';
import type { Spawner } from './spawner.ts';

/** Asks `ps`, where there is no `/proc` (macOS). The start time is known to the second only. */
export function createPsProcessTable(spawner: Pick<Spawner, 'run'>): ProcessTable {
  const ps = async (args: readonly string[]): Promise<readonly string[]> => {
    const result = await spawner.run({ program: '/bin/ps', args, env: { LC_ALL: 'C' }, timeoutMs: 10_000 });
    return result.stdout.toString('utf8').split('\n');
  };
  const rows = async (selection: readonly string[]): Promise<readonly ProcessRow[]> =>
    (await ps([...selection, '-o', 'pid=,ppid=,pgid=,state=,lstart=']))
      .map(parseRow)
      .filter((row) => row !== undefined);

  return {
    find: async (pid) => (await rows(['-p', String(pid)]))[0],
    group: async (groupId) => (await rows(['-g', String(groupId)])).filter((row) => row.groupId === groupId),
    inside: () => Promise.resolve(undefined),
    async marked() {
      const lines = await ps([
        '-x',
        '-w',
        '-w',
        '-E',
        '-U',
        String(process.geteuid?.() ?? 0),
        '-o',
        'pid=,lstart=,command=',
      ]);
      return lines
        .map(parseMarked)
        .filter((row) => row !== undefined && row.pid !== process.pid) as readonly FoundProcess[];
    },
  };
}

/** `  123     1   123 Ss   Mon Nov 16 09:00:00 2026` */
export function parseRow(line: string): ProcessRow | undefined {
  const match = /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(\S+)\s+(.+?)\s*$/.exec(line);
  if (match === null || match[4]?.startsWith('Z') === true) return undefined;
  return {
    pid: Number(match[1]),
    parentId: Number(match[2]),
    groupId: Number(match[3]),
    startTime: match[5] ?? '',
    isStopped: match[4]?.startsWith('T') === true,
  };
}

/** `  123 Mon Nov 16 09:00:00 2026 /usr/bin/python main.py ORCHESTRATE_MARK=i4 PATH=/bin` */
export function parseMarked(line: string): FoundProcess | undefined {
  const match = /^\s*(\d+)\s+(\S+\s+\S+\s+\S+\s+\S+\s+\d{4})\s+(.*)$/.exec(line);
  const command = match?.[3] ?? '';
  const mark = new RegExp(`(?:^|\\s)${markVariable}=(\\S+)`).exec(command)?.[1];
  if (match === null || mark === undefined) return undefined;
  const argv = command.split(/\s+(?=[A-Za-z_][A-Za-z0-9_]*=)/)[0]?.split(' ') ?? [];
  return { pid: Number(match[1]), startTime: match[2] ?? '', mark, argv };
}
