import { chmodSync, rmdirSync, unlinkSync } from 'node:fs';

import { codeOf } from './file-fault.ts';
import { walk } from './walk.ts';

/** Removes a path and all below it, read-only folders included. Links are removed, not followed. */
export async function removeTree(path: string): Promise<void> {
  await walk(path, {
    enter({ path: folder, stat }) {
      // A folder's content can be removed only while we may write, read and search it.
      if ((stat.mode & 0o700) !== 0o700) chmodSync(folder, 0o700);
    },
    entry: (entry) => unlessAbsent(() => unlinkSync(entry.path)),
    leave: (entry) => unlessAbsent(() => rmdirSync(entry.path)),
  });
}

function unlessAbsent(step: () => void): void {
  try {
    step();
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
  }
}
