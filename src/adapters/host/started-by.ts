import { readFileSync } from 'node:fs';

import { markVariable } from '../process/process-table.ts';

/** Ancestors that are looked at: a chain of processes is never this long, and a loop would be a broken `/proc`. */
const maxAncestors = 64;

/**
 * Returns the mark of the program of ours from which this process descends, or null: its own environment first, then, on Linux,
 * what each ancestor was started with. A process that hides from its ancestors and its own beginning is not found: who needs
 * more than that asks for signatures.
 */
export function startedBy(env: NodeJS.ProcessEnv): string | null {
  const own = env[markVariable];
  if (own !== undefined && own !== '') return own;
  if (process.platform !== 'linux') return null;
  let pid = process.ppid;
  for (let n = 0; n < maxAncestors && pid > 1; n += 1) {
    const mark = markIn(read(pid, 'environ'));
    if (mark !== undefined) return mark;
    pid = parentOf(read(pid, 'stat'));
  }
  return null;
}

function markIn(environment: string): string | undefined {
  const line = environment.split('\0').find((one) => one.startsWith(`${markVariable}=`));
  return line === undefined ? undefined : line.slice(markVariable.length + 1);
}

/** The second field after the program's name, which may itself hold spaces and brackets. */
const parentOf = (stat: string): number => Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1] ?? 0);

function read(pid: number, name: string): string {
  try {
    return readFileSync(`/proc/${pid}/${name}`, 'latin1');
  } catch {
    return ''; // Gone, or of another user.
  }
}
