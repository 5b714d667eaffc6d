import { access, constants, readFile, readlink } from 'node:fs/promises';
import { isAbsolute, join, resolve } from 'node:path';

import type { ProcessIdentity } from '../../ports/processes.ts';
import { loadArgv, loadRow } from '../process/linux-process-table.ts';

/**
 * Finds the path by which a process was started: its first argument, taken from where it stands or looked up on its own
 * PATH as its shell did. `/proc/<pid>/exe` has the links resolved: of a venv it names the system's interpreter.
 */
export async function findLinuxStart({
  pid,
  startTime,
}: ProcessIdentity): Promise<{ program: string; cwd: string } | undefined> {
  const proc = `/proc/${pid}`;
  const cwd = await readlink(`${proc}/cwd`).catch(() => undefined);
  const exe = await readlink(`${proc}/exe`).catch(() => undefined);
  const [named = ''] = await loadArgv(pid);
  const program = named.includes('/') ? resolve(cwd ?? '/', named) : await findOnPath(proc, named);
  // A pid is reused: what was read may be another's by now.
  if (cwd === undefined || exe === undefined || (await loadRow(pid))?.startTime !== startTime) return undefined;
  return { program: program ?? exe, cwd };
}

async function findOnPath(proc: string, name: string): Promise<string | undefined> {
  const environment = await readFile(`${proc}/environ`, 'utf8').catch(() => '');
  const path = environment.split('\0').find((entry) => entry.startsWith('PATH=')) ?? '';
  for (const folder of path.slice('PATH='.length).split(':')) {
    if (!isAbsolute(folder) || name === '') continue;
    const file = join(folder, name);
    if (await access(file, constants.X_OK).then(...outcomes)) return file;
  }
  return undefined;
}

const outcomes = [() => true, () => false] as const;
