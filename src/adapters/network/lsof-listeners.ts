import { createPsProcessTable } from '../process/ps-process-table.ts';
import type { Spawner } from '../process/spawner.ts';
import type { Listeners } from './listeners.ts';

/** Asks `lsof`, where there is no `/proc` (macOS). It lists our own processes only. */
export async function findLsofListeners(port: number, spawner: Pick<Spawner, 'run'> | undefined): Promise<Listeners> {
  if (spawner === undefined) return { owners: [], hasUnknown: false };
  const run = async (program: string, args: readonly string[]): Promise<string> => {
    const result = await spawner.run({ program, args, env: { LC_ALL: 'C' }, timeoutMs: 10_000 });
    return result.stdout.toString('utf8');
  };
  const listed = await run('/usr/sbin/lsof', ['-nP', `-iTCP:${port}`, '-sTCP:LISTEN', '-Fp']).catch(() => '');
  const pids = [...new Set([...listed.matchAll(/^p(\d+)$/gm)].map((match) => Number(match[1])))];
  const table = createPsProcessTable(spawner);
  const owners = await Promise.all(
    pids.map(async (pid) => {
      const row = await table.find(pid);
      const argv = (await run('/bin/ps', ['-ww', '-o', 'command=', '-p', String(pid)])).trim().split(' ');
      return row === undefined ? undefined : { pid, startTime: row.startTime, argv };
    }),
  );
  return { owners: owners.filter((owner) => owner !== undefined), hasUnknown: false };
}
