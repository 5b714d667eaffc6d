import type { ChildProcess } from 'node:child_process';

/**
 * Sends SIGKILL to the process group of a child that was started `detached`. Sound only while the
 * child is not reaped, or while something of its group is known to live: then the kernel cannot
 * have given the number to another.
 */
export function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    // The group is already empty.
  }
}
