import { existsSync, readdirSync, rmdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** What a wall has on the host: `orchestrate-wall-<pid>-…`, a folder of files or a group of the kernel. */
export const leftPrefix = 'orchestrate-wall-';

/** Removes what walls of processes left that were killed. A repeat is safe; the kernel keeps a group in which something still lives. */
export function sweepLeft(parent: string, kind: 'folders' | 'groups'): void {
  for (const name of namesIn(parent)) {
    const pid = /^orchestrate-wall-(\d+)-/.exec(name)?.[1];
    if (pid === undefined || existsSync(`/proc/${pid}`)) continue;
    try {
      if (kind === 'groups') rmdirSync(join(parent, name));
      else rmSync(join(parent, name), { recursive: true, force: true });
    } catch {
      // Of another user, or in use.
    }
  }
}

function namesIn(parent: string): readonly string[] {
  try {
    return readdirSync(parent);
  } catch {
    return [];
  }
}
