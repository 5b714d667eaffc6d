import {
  chmodSync,
  constants,
  copyFileSync,
  lstatSync,
  mkdirSync,
  readlinkSync,
  symlinkSync,
  unlinkSync,
  utimesSync,
} from 'node:fs';
import { copyFile, lstat, open } from 'node:fs/promises';
import { dirname } from 'node:path';

import { codeOf } from './file-fault.ts';
import { syncFolder } from './sync-folder.ts';
import { walk, type Entry } from './walk.ts';

/** A file up to this size is copied in one step. */
const smallBytes = 256 * 1024;

/** A reflink where the file system can; never onto a file that is there. */
const copyMode = constants.COPYFILE_FICLONE | constants.COPYFILE_EXCL;

/** Copies a file or a folder tree. Files of the same name in the target are replaced, never written through a link. */
export async function copyTree(from: string, to: string, isSynced: boolean): Promise<void> {
  await lstat(from); // An absent original is a failure, not an empty copy.
  const start = Buffer.from(from);
  const end = Buffer.from(to);
  const target = (entry: Entry): Buffer => Buffer.concat([end, entry.path.subarray(start.length)]);
  await walk(from, {
    enter: (entry) => makeFolder(target(entry)),
    entry(entry) {
      const path = target(entry);
      unlinkIfPresent(path);
      if (entry.stat.isSymbolicLink()) symlinkSync(readlinkSync(entry.path, { encoding: 'buffer' }), path);
      // Sockets, pipes and devices have no content to copy.
      if (!entry.stat.isFile()) return undefined;
      if (entry.stat.size > smallBytes) return copyFile(entry.path, path, copyMode).then(() => keepTimes(path, entry));
      copyFileSync(entry.path, path, copyMode);
      return keepTimes(path, entry);
    },
    leave(entry) {
      // Last, because a read-only folder takes no new files.
      chmodSync(target(entry), entry.stat.mode & 0o7777);
      keepTimes(target(entry), entry);
    },
  });
  if (isSynced) await syncTree(to);
}

/** Brings every file and folder to the disk, and the name of the whole in its folder. */
async function syncTree(path: string): Promise<void> {
  const folders: Buffer[] = [];
  await walk(path, {
    async entry(entry) {
      if (!entry.stat.isFile()) return;
      const handle = await open(entry.path, constants.O_RDONLY | constants.O_NOFOLLOW);
      try {
        await handle.sync();
      } finally {
        await handle.close();
      }
    },
    leave: (entry) => void folders.push(entry.path),
  });
  for (const one of folders) await syncFolder(one);
  await syncFolder(dirname(path));
}

function makeFolder(path: Buffer): void {
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    if (codeOf(error) !== 'EEXIST' || !lstatSync(path).isDirectory()) throw error;
    chmodSync(path, 0o700);
  }
}

function unlinkIfPresent(path: Buffer): void {
  try {
    unlinkSync(path);
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
  }
}

function keepTimes(path: Buffer, { stat }: Entry): void {
  utimesSync(path, stat.atime, stat.mtime);
}
