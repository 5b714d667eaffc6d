import { readdir, readFile, readlink, realpath, stat } from 'node:fs/promises';

import type { FoundProcess, InsideProcess } from '../../ports/processes.ts';
import { markVariable, type ProcessRow, type ProcessTable } from './process-table.ts';

/** Reads `/proc`. Format: https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html */
export function createLinuxProcessTable(): ProcessTable {
  return {
    find: loadRow,
    async group(groupId) {
      const rows = await Promise.all((await listPids()).map(loadRow));
      return rows.filter((row) => row !== undefined).filter((row) => row.groupId === groupId);
    },
    async marked() {
      const found = await Promise.all((await listPids()).map(loadMarked));
      return found.filter((row) => row !== undefined);
    },
    async inside(dir) {
      const real = await realpath(dir).catch(() => dir);
      const found = await Promise.all((await listPids()).map((pid) => findInside(pid, real)));
      return found.filter((one) => one !== undefined);
    },
  };
}

/** Returns the pids of all processes of the machine. */
export async function listPids(): Promise<readonly number[]> {
  return (await readdir('/proc')).filter((name) => /^[0-9]+$/.test(name)).map(Number);
}

/** Where the fields lie after the program's name, which may itself hold spaces and brackets. */
const field = { state: 0, parent: 1, group: 2, startTime: 19 };

/** Returns the row of one process, or undefined when it is gone or a zombie. */
export async function loadRow(pid: number): Promise<ProcessRow | undefined> {
  const text = await loadProc(pid, 'stat');
  if (text === undefined) return undefined;
  const fields = text
    .toString('latin1')
    .slice(text.lastIndexOf(')') + 2)
    .split(' ');
  const state = fields[field.state];
  const startTime = fields[field.startTime];
  if (state === 'Z' || state === 'X' || startTime === undefined) return undefined;
  return {
    pid,
    parentId: Number(fields[field.parent]),
    groupId: Number(fields[field.group]),
    startTime,
    isStopped: state === 'T' || state === 't',
  };
}

async function findInside(pid: number, dir: string): Promise<InsideProcess | undefined> {
  if (pid === process.pid) return undefined;
  const isBelow = async (name: string): Promise<boolean> => {
    // Of another user, or gone: nothing is told.
    const target = (await readlink(`/proc/${pid}/${name}`).catch(() => '')).replace(/ \(deleted\)$/, '');
    return target === dir || target.startsWith(`${dir}/`);
  };
  const by = (await isBelow('cwd')) ? 'cwd' : (await isBelow('exe')) ? 'program' : undefined;
  if (by !== undefined) return { pid, argv: await loadArgv(pid), by };
  const open = await readdir(`/proc/${pid}/fd`).catch(() => []);
  for (const fd of open) if (await isBelow(`fd/${fd}`)) return { pid, argv: await loadArgv(pid), by: 'file' };
  return undefined;
}

async function loadMarked(pid: number): Promise<FoundProcess | undefined> {
  if (pid === process.pid || !(await isOurs(pid))) return undefined;
  const environment = await loadProc(pid, 'environ');
  const mark = environment === undefined ? undefined : markOf(environment);
  if (mark === undefined) return undefined;
  const [row, argv] = [await loadRow(pid), await loadArgv(pid)];
  return row === undefined ? undefined : { pid, startTime: row.startTime, mark, argv };
}

async function isOurs(pid: number): Promise<boolean> {
  try {
    return (await stat(`/proc/${pid}`)).uid === process.geteuid?.();
  } catch {
    return false;
  }
}

const needle = Buffer.from(`${markVariable}=`);

function markOf(environment: Buffer): string | undefined {
  for (let at = environment.indexOf(needle); at !== -1; at = environment.indexOf(needle, at + 1)) {
    if (at > 0 && environment[at - 1] !== 0) continue;
    const end = environment.indexOf(0, at);
    return environment.toString('utf8', at + needle.length, end === -1 ? environment.length : end);
  }
  return undefined;
}

/** Returns the arguments that a process was started with; `[]` when it is gone or not ours. */
export async function loadArgv(pid: number): Promise<readonly string[]> {
  const line = await loadProc(pid, 'cmdline');
  if (line === undefined || line.length === 0) return [];
  return line.toString('utf8').replace(/\0$/, '').split('\0');
}

async function loadProc(pid: number, name: string): Promise<Buffer | undefined> {
  try {
    return await readFile(`/proc/${pid}/${name}`);
  } catch {
    return undefined; // Gone, or of another user.
  }
}
