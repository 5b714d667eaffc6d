import { readFile, readlink } from 'node:fs/promises';

import { listPids, loadRow } from '../process/linux-process-table.ts';

/** Names the processes of one sandbox: all that are in the process namespace that its first one began. */
export async function namespaceOf(pid: number): Promise<string | undefined> {
  return readlink(`/proc/${pid}/ns/pid`).catch(() => undefined);
}

/** Returns the pids, as this machine counts, that live in the namespace. */
export async function membersOf(namespace: string): Promise<readonly number[]> {
  const found = await Promise.all(
    // A zombie is still in it, and is none any more.
    (await listPids()).map(async (pid) =>
      (await namespaceOf(pid)) === namespace ? (await loadRow(pid))?.pid : undefined,
    ),
  );
  return found.filter((pid) => pid !== undefined);
}

/** Memory that the processes hold, in bytes. */
export async function memoryOf(pids: readonly number[]): Promise<number> {
  const pages = await Promise.all(
    pids.map(async (pid) => Number((await readFile(`/proc/${pid}/statm`, 'utf8').catch(() => '0 0')).split(' ')[1])),
  );
  return pages.reduce((sum, one) => sum + one, 0) * pageBytes;
}

/** Of x86 and most others; where a page is larger too little is counted, and the group or the process limit holds. */
const pageBytes = 4096;
