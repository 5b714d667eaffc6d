import { Fault } from '../../base/fault.ts';
import type { ProcessIdentity } from '../../ports/processes.ts';
import type { Clock } from '../../ports/system.ts';
import type { ProcessRow, ProcessTable } from './process-table.ts';

/** How long the kernel may take to end a process after SIGKILL: one that waits for a broken disk cannot be ended. */
const killMs = 10_000;
const pollMs = 25;

/**
 * Ends a process and its group. Nothing is signalled unless the process with that pid has that
 * start time at the moment of the look just before; the leftovers of a group whose leader is gone
 * are ended only when they carry a mark of ours.
 * Faults: `PROCESS_TIMEOUT` when it lives on after SIGKILL.
 */
export async function stopProcess(options: {
  identity: ProcessIdentity;
  graceMs: number;
  table: ProcessTable;
  clock: Clock;
}): Promise<void> {
  const { identity, graceMs, clock } = options;
  if (!(await signalAll(options, 'SIGTERM'))) return;
  if (await isGoneWithin(options, graceMs)) return;
  const killBy = clock.monotonicMs() + killMs;
  while (clock.monotonicMs() < killBy) {
    // Again and again: a group that forks may have a new member after each look.
    if (!(await signalAll(options, 'SIGKILL'))) return;
    await clock.sleep(pollMs);
  }
  throw new Fault('PROCESS_TIMEOUT', `Process ${identity.pid} does not end, not even by SIGKILL.`, {
    data: { pid: identity.pid },
  });
}

type Target = { identity: ProcessIdentity; table: ProcessTable };

async function isGoneWithin(options: Target & { clock: Clock }, ms: number): Promise<boolean> {
  const until = options.clock.monotonicMs() + ms;
  for (;;) {
    if (await isGone(options)) return true;
    const left = until - options.clock.monotonicMs();
    if (left <= 0) return false;
    await options.clock.sleep(Math.min(pollMs, left));
  }
}

async function isGone(target: Target): Promise<boolean> {
  // A look at one process is cheap, one at its group reads them all.
  const leader = await target.table.find(target.identity.pid);
  if (leader?.startTime === target.identity.startTime) return false;
  return (await targets(target)).length === 0;
}

/** Returns the living processes that a stop is about: the process, and its group when it leads one. */
async function targets({ identity, table }: Target): Promise<readonly ProcessRow[]> {
  const leader = await table.find(identity.pid);
  if (leader !== undefined && leader.startTime !== identity.startTime) return [];
  if (leader !== undefined && leader.groupId !== leader.pid) return [leader];
  const members = await table.group(identity.pid);
  if (leader !== undefined) return members;
  if (members.length === 0) return [];
  // The leader cannot vouch for the group any more; a mark can.
  const marked = new Set((await table.marked()).map((found) => found.pid));
  return members.filter((member) => marked.has(member.pid));
}

/** Returns false when nothing is left to signal. */
async function signalAll(target: Target, signal: 'SIGTERM' | 'SIGKILL'): Promise<boolean> {
  const rows = await targets(target);
  for (const row of rows) {
    try {
      process.kill(row.pid, signal);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'EPERM') throw notAllowed(row.pid, error);
      if (code !== 'ESRCH') throw error;
    }
  }
  return rows.length > 0;
}

function notAllowed(pid: number, cause: unknown): Fault {
  return new Fault('PROCESS_FAILED', `Process ${pid} belongs to another user and may not be ended.`, {
    data: { pid },
    cause,
  });
}
