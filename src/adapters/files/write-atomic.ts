import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { lstat, open, rename, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { isAbsent } from './file-fault.ts';
import { syncFolder } from './sync-folder.ts';

/** Permission bits of a file that did not exist before. */
const defaultMode = 0o644;

/** Returns a new name beside a path: `.orchestrate-….tmp`. A kill leaves a file of that form behind. */
export function temporaryBeside(path: string): string {
  return join(dirname(path), `.orchestrate-${randomUUID()}.tmp`);
}

/** Replaces a file whole. A link at the path is replaced, not followed. */
export async function writeAtomic(path: string, data: string | Uint8Array, mode: number | undefined): Promise<void> {
  const temporary = temporaryBeside(path);
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
  const handle = await open(temporary, flags, 0o600);
  try {
    try {
      await handle.writeFile(data);
      await handle.chmod(mode ?? (await modeOf(path)) ?? defaultMode);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await unlink(temporary).catch(() => {}); // The first failure is the one to tell.
    throw error;
  }
  await syncFolder(dirname(path));
}

async function modeOf(path: string): Promise<number | undefined> {
  try {
    const stat = await lstat(path);
    return stat.isFile() ? stat.mode & 0o777 : undefined;
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
}
