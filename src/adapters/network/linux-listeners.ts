import { readdir, readFile, readlink } from 'node:fs/promises';

import { listPids, loadArgv, loadRow } from '../process/linux-process-table.ts';
import type { ProcessRow } from '../process/process-table.ts';
import type { Listeners } from './listeners.ts';

/** The state of a socket that listens, in `/proc/net/tcp`. */
const listening = '0A';

/** Finds who listens on a port: socket inodes from `/proc/net/tcp{,6}`, then who holds them open. */
export async function findLinuxListeners(port: number): Promise<Listeners> {
  const inodes = new Set([...(await loadInodes('/proc/net/tcp', port)), ...(await loadInodes('/proc/net/tcp6', port))]);
  if (inodes.size === 0) return { owners: [], hasUnknown: false };

  const holders = new Map<string, ProcessRow[]>();
  for (const pid of await listPids()) {
    const held = (await listSockets(pid)).filter((inode) => inodes.has(inode));
    const row = held.length > 0 ? await loadRow(pid) : undefined;
    if (row === undefined) continue;
    for (const inode of new Set(held)) holders.set(inode, [...(holders.get(inode) ?? []), row]);
  }

  const owners = new Map<number, ProcessRow>();
  for (const rows of holders.values()) for (const row of await withoutHeirs(rows)) owners.set(row.pid, row);
  return {
    owners: await Promise.all(
      [...owners.values()].map(async ({ pid, startTime }) => ({ pid, startTime, argv: await loadArgv(pid) })),
    ),
    hasUnknown: holders.size < inodes.size,
  };
}

async function loadInodes(path: string, port: number): Promise<readonly string[]> {
  const text = await readFile(path, 'utf8').catch(() => ''); // Absent when the kernel has no such family.
  const inodes: string[] = [];
  for (const line of text.split('\n').slice(1)) {
    const fields = line.trim().split(/\s+/);
    const localPort = Number.parseInt(fields[1]?.split(':')[1] ?? '', 16);
    const inode = fields[9];
    if (localPort === port && fields[3] === listening && inode !== undefined) inodes.push(inode);
  }
  return inodes;
}

async function listSockets(pid: number): Promise<readonly string[]> {
  const dir = `/proc/${pid}/fd`;
  const names = await readdir(dir).catch(() => []); // Gone, or of another user.
  const targets = await Promise.all(names.map((name) => readlink(`${dir}/${name}`).catch(() => '')));
  return targets.map((target) => /^socket:\[(\d+)\]$/.exec(target)?.[1]).filter((inode) => inode !== undefined);
}

/** Leaves out the processes that have the socket only because a parent among the holders gave it to them. */
async function withoutHeirs(rows: readonly ProcessRow[]): Promise<readonly ProcessRow[]> {
  if (rows.length < 2) return rows;
  const pids = new Set(rows.map((row) => row.pid));
  const owners: ProcessRow[] = [];
  for (const row of rows) if (!(await hasAncestor(row, pids))) owners.push(row);
  return owners;
}

async function hasAncestor(row: ProcessRow, pids: ReadonlySet<number>): Promise<boolean> {
  for (let parent = row.parentId; parent > 1;) {
    if (pids.has(parent)) return true;
    parent = (await loadRow(parent))?.parentId ?? 0;
  }
  return false;
}
