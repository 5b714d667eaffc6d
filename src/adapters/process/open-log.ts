import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';

/** Opens a log for appending, readable by its owner only. A link at the end of the path is refused. */
export function openLog(path: string): Promise<FileHandle> {
  const flags = constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | constants.O_NOFOLLOW;
  return open(path, flags, 0o600);
}
