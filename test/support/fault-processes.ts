import * as fs from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';

/** A living process as /proc tells it. */
export interface SeenProcess {
  readonly pid: number;
  readonly parent: number;
  readonly argv: readonly string[];
  readonly environ: string;
  readonly cwd: string;
}

/** Lists all living processes; zombies are left out. */
export function allProcesses(): readonly SeenProcess[] {
  return fs
    .readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const stat = fs.readFileSync(`/proc/${name}/stat`, 'utf8');
        const [state, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
        if (state === 'Z' || state === 'X') return [];
        const argv = fs.readFileSync(`/proc/${name}/cmdline`, 'utf8').split('\0').slice(0, -1);
        return [
          {
            pid: Number(name),
            parent: Number(parent),
            argv,
            environ: readOr(`/proc/${name}/environ`),
            cwd: linkOr(`/proc/${name}/cwd`),
          },
        ];
      } catch {
        return [];
      }
    });
}

/** Those that belong to a folder: it is named in their arguments, environment or working folder. We and our ancestors are not among them. */
export function processesOf(folder: string): readonly SeenProcess[] {
  const all = allProcesses();
  const byPid = new Map(all.map((one) => [one.pid, one]));
  const own = new Set<number>();
  for (let pid = process.pid; pid > 0 && !own.has(pid); pid = byPid.get(pid)?.parent ?? 0) own.add(pid);
  const names = (text: string): boolean => text.includes(`${folder}/`) || text.endsWith(folder);
  return all.filter(
    ({ pid, argv, environ, cwd }) =>
      !own.has(pid) && (argv.some(names) || environ.includes(`${folder}/`) || names(cwd)),
  );
}

/** The processes among `all` that descend from `pid`, itself included. */
export function familyOf(pid: number, all: readonly SeenProcess[]): ReadonlySet<number> {
  const family = new Set([pid]);
  for (let size = 0; size !== family.size;) {
    size = family.size;
    for (const one of all) if (family.has(one.parent)) family.add(one.pid);
  }
  return family;
}

export const isAlive = (pid: number): boolean => allProcesses().some((one) => one.pid === pid);

/** Waits until `find` finds something; throws after `limitMs`. */
export async function until<T>(
  what: string,
  find: () => T | undefined | false | Promise<T | undefined | false>,
  limitMs = 30_000,
  pollMs = 15,
): Promise<T> {
  const deadlineMs = performance.now() + limitMs;
  for (;;) {
    const found = await find();
    if (found !== undefined && found !== false) return found;
    if (performance.now() > deadlineMs) throw new Error(`waited ${limitMs} ms in vain for ${what}`);
    await wait(pollMs);
  }
}

/** Sends the signal; a process that is gone already is fine. */
export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** Ends everything that belongs to the folder. Returns how many there were. */
export async function endProcessesOf(folder: string): Promise<number> {
  const found = processesOf(folder);
  for (let left = found; left.length > 0; left = processesOf(folder)) {
    for (const { pid } of left) signal(pid, 'SIGKILL');
    await wait(20);
  }
  return found.length;
}

function readOr(file: string): string {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

function linkOr(file: string): string {
  try {
    return fs.readlinkSync(file);
  } catch {
    return '';
  }
}

/** A value of a row as text, for a sentence. */
export const textOf = (value: unknown): string =>
  typeof value === 'string' ? value : (JSON.stringify(value) ?? 'nothing');
