import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';

export interface OwnProcess {
  readonly pid: number;
  readonly command: string;
}

const GRACE_MS = 4000;
const A_WHILE_MS = 1000;

/**
 * Lists the processes that name the demonstration's folder in their arguments,
 * or (Linux) in their environment, which only descendants of it do: the folder's
 * name is random. The demonstration itself and its ancestors are left out.
 */
export function ownProcesses(folder: string): readonly OwnProcess[] {
  const all = process.platform === 'linux' ? fromProc(folder) : fromPs(folder);
  const ours = ancestors();
  return all.filter(({ pid }) => !ours.has(pid));
}

/**
 * Lets them end by themselves, `atMostMs` long: who was asked to stop has said so before its process is gone. `tell` hears once what is
 * waited for, when that takes a while. Returns those that are still there.
 */
export async function untilEnded(
  folder: string,
  { atMostMs, tell }: { readonly atMostMs: number; readonly tell: (waitsFor: readonly OwnProcess[]) => void },
): Promise<readonly OwnProcess[]> {
  const startedMs = performance.now();
  let isTold = false;
  for (;;) {
    const left = ownProcesses(folder);
    const tookMs = performance.now() - startedMs;
    if (left.length === 0 || tookMs >= atMostMs) return left;
    if (!isTold && tookMs >= A_WHILE_MS) {
      isTold = true;
      tell(left);
    }
    await wait(50);
  }
}

/** Stops them: SIGTERM, after a grace SIGKILL. Returns those that were there. */
export async function stopOwnProcesses(folder: string): Promise<readonly OwnProcess[]> {
  const found = ownProcesses(folder);
  signalAll(found, 'SIGTERM');
  const deadlineMs = performance.now() + GRACE_MS;
  while (ownProcesses(folder).length > 0 && performance.now() < deadlineMs) await wait(50);
  signalAll(ownProcesses(folder), 'SIGKILL');
  return found;
}

function signalAll(processes: readonly OwnProcess[], signal: NodeJS.Signals): void {
  for (const { pid } of processes) {
    try {
      process.kill(pid, signal);
    } catch {
      // It ended by itself in between.
    }
  }
}

function fromProc(folder: string): readonly OwnProcess[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const argv = readFileSync(`/proc/${name}/cmdline`, 'utf8');
        if (argv === '') return [];
        if (!argv.includes(folder) && !readFileSync(`/proc/${name}/environ`, 'utf8').includes(folder)) return [];
        return [{ pid: Number(name), command: argv.replaceAll('\0', ' ').trim() }];
      } catch {
        return [];
      }
    });
}

function fromPs(folder: string): readonly OwnProcess[] {
  return execFileSync('ps', ['-axo', 'pid=,command='], { encoding: 'utf8' })
    .split('\n')
    .filter((line) => line.includes(folder))
    .map((line) => ({ pid: Number.parseInt(line, 10), command: line.trim().replace(/^\d+\s+/, '') }));
}

function ancestors(): ReadonlySet<number> {
  const pids = new Set([process.pid]);
  for (let pid = process.ppid; pid > 1 && !pids.has(pid); pid = parentOf(pid)) pids.add(pid);
  return pids;
}

function parentOf(pid: number): number {
  try {
    return Number(execFileSync('ps', ['-o', 'ppid=', '-p', String(pid)], { encoding: 'utf8' }).trim());
  } catch {
    return 0;
  }
}
