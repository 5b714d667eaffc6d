import { constants, fstatSync, ftruncateSync, readSync, writeSync } from 'node:fs';
import { type FileHandle, open, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';

import { Fault } from '../../base/fault.ts';
import { fileFault } from './file-fault.ts';
import { syncFolder } from './sync-folder.ts';

const chunkBytes = 1024 * 1024;
/** A writer that is this far ahead when all else is copied writes faster than a disk copies: it is not waited for. */
const maxAheadBytes = 16 * 1024 * 1024;

/**
 * Copies a growing file, then empties it. The copy is on the disk before; what was added meanwhile is copied in one go with the cut,
 * so that its writer has no more than the time between two calls of the system to write into what is lost.
 */
export async function cutOff(path: string, to: string): Promise<number> {
  const source = await open(path, constants.O_RDWR | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    if (!(await source.stat()).isFile())
      throw new Fault('FILE_ACCESS', `Cannot put away ${path} (it is no plain file)`, { data: { path } });
    const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC | constants.O_NOFOLLOW;
    const target = await open(to, flags, 0o600);
    let isCut = false;
    try {
      await target.chmod(0o600);
      const copied = await copyAll(source, target);
      await target.sync();
      await syncFolder(dirname(to));
      const sizeBytes = finish(source.fd, target.fd, { path, copied });
      isCut = true;
      await target.sync();
      return sizeBytes;
    } catch (error) {
      // After the cut the copy is the only one.
      if (isCut) throw fileFault(error, 'put away', path, `It is empty; what it held is in ${to}.`);
      await unlink(to).catch(() => {}); // The first failure is the one to tell.
      throw error;
    } finally {
      await target.close();
    }
  } finally {
    await source.close();
  }
}

/** Copies what is there at the beginning; what comes meanwhile is left for the end. */
async function copyAll(source: FileHandle, target: FileHandle): Promise<number> {
  const { size } = await source.stat();
  const buffer = Buffer.allocUnsafe(chunkBytes);
  let at = 0;
  while (at < size) {
    const { bytesRead } = await source.read(buffer, 0, chunkBytes, at);
    if (bytesRead === 0) break;
    await target.appendFile(buffer.subarray(0, bytesRead));
    at += bytesRead;
  }
  return at;
}

/** Nothing else of this process runs in here. */
function finish(source: number, target: number, { path, copied }: { path: string; copied: number }): number {
  const buffer = Buffer.allocUnsafe(chunkBytes);
  let at = copied;
  for (;;) {
    const nRead = readSync(source, buffer, 0, chunkBytes, at);
    if (nRead === 0) break;
    if (at - copied > maxAheadBytes)
      throw new Fault('FILE_ACCESS', `Cannot put away ${path} (it grows faster than it can be copied)`, {
        data: { path, sizeBytes: fstatSync(source).size },
      });
    for (let done = 0; done < nRead;) done += writeSync(target, buffer, done, nRead - done, at + done);
    at += nRead;
  }
  ftruncateSync(source, 0);
  return at;
}
