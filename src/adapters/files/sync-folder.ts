import { constants } from 'node:fs';
import { open } from 'node:fs/promises';

/** Makes what was created, renamed or removed in a folder survive a power failure. */
export async function syncFolder(dir: string | Buffer): Promise<void> {
  const handle = await open(dir, constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
