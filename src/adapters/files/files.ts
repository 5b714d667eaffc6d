import { chmodSync, constants, type Stats } from 'node:fs';
import {
  chmod,
  link,
  lstat,
  mkdir,
  open,
  readdir,
  readlink,
  realpath,
  rename,
  rmdir,
  statfs,
  symlink,
  unlink,
} from 'node:fs/promises';
import { dirname } from 'node:path';

import { Fault } from '../../base/fault.ts';
import type { FileInfo, FileKind, FilePart, Files } from '../../ports/files.ts';
import { copyTree } from './copy-tree.ts';
import { cutOff } from './cut-off.ts';
import { codeOf, guarded, guardedFind, isAbsent } from './file-fault.ts';
import { manifestOf } from './manifest.ts';
import { removeTree } from './remove-tree.ts';
import { syncFolder } from './sync-folder.ts';
import { tallyOf } from './tally.ts';
import { walk } from './walk.ts';
import { temporaryBeside, writeAtomic } from './write-atomic.ts';

/**
 * Creates the port to plain files. Reading follows links, and refuses pipes and devices; writing
 * never follows one at the end of a path. A copy is synced on request only: most can be made again.
 */
export function createFiles(): Files {
  const readBytes = (path: string): Promise<Uint8Array | undefined> => guardedFind('read', path, () => readPlain(path));

  return {
    readBytes,
    async readText(path) {
      const bytes = await readBytes(path);
      return bytes === undefined
        ? undefined
        : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
    },
    readPart: (path, options) => guardedFind('read', path, () => readPart(path, options)),
    cutOff: (path, to) => guardedFind('put away', path, () => cutOff(path, to), 'The file is as it was before.'),
    writeAtomic: (path, data, options) =>
      guarded('write', path, () => writeAtomic(path, data, options?.mode), 'The file is as it was before.'),
    async info(path) {
      const stat = await guardedFind('look at', path, () => lstat(path));
      return stat === undefined ? undefined : infoOf(stat);
    },
    async list(dir) {
      const names = await guarded('list', dir, () => listFolder(dir));
      return [...names].sort();
    },
    ensureDir: (dir, options) => guarded('create the folder', dir, () => ensureDir(dir, options?.mode)),
    rename: (from, to) => guarded(`move ${from} to`, to, () => renameSynced(from, to), 'Nothing was moved.'),
    moveNew: (from, to) => guarded(`move ${from} to`, to, () => moveNew(from, to), 'Nothing was moved.'),
    link: (path, target) => guarded('create the link', path, () => replaceLink(path, target)),
    async readLink(path) {
      try {
        return await readlink(path);
      } catch (error) {
        if (isAbsent(error) || codeOf(error) === 'EINVAL') return undefined;
        return guarded('read the link', path, () => Promise.reject(error));
      }
    },
    remove: (path) =>
      guarded('remove', path, () => removeTree(path), 'A part of it may be removed already; a repeat is safe.'),
    copyTree: (from, to, { synced = false } = {}) =>
      guarded(
        `copy ${from} to`,
        to,
        () => copyTree(from, to, synced),
        'The copy is not complete; the original is as it was.',
      ),
    realPath: (path) => guardedFind('resolve', path, () => realpath(path)),
    freeBytes: (path) => guarded('ask for the free space at', path, () => freeBytes(path)),
    async sizeBytes(path) {
      let sum = 0;
      const add = ({ stat }: { stat: Stats }): void => {
        if (stat.isFile()) sum += stat.size;
      };
      await guarded('measure', path, () => walk(path, { entry: add }));
      return sum;
    },
    setReadOnly: (path, readOnly) => guarded('change the mode of', path, () => setReadOnly(path, readOnly)),
    tally: (dir, { maxEntries }) => guarded('count', dir, () => tallyOf(dir, maxEntries)),
    manifest: (dir, options) => guarded('read', dir, () => manifestOf(dir, options?.skip)),
  };
}

/** Opening does not block on a pipe, and only a plain file is read. */
async function readPlain(path: string): Promise<Uint8Array> {
  const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const stat = await handle.stat();
    if (!stat.isFile()) {
      throw new Fault(
        'FILE_ACCESS',
        `Cannot read ${path} (it is a ${stat.isDirectory() ? 'folder' : 'pipe or device'})`,
        { data: { path } },
      );
    }
    return await handle.readFile();
  } finally {
    await handle.close();
  }
}

async function readPart(path: string, { offset, maxBytes }: { offset: number; maxBytes: number }): Promise<FilePart> {
  const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW);
  try {
    const stat = await handle.stat();
    if (!stat.isFile()) throw new Fault('FILE_ACCESS', `Cannot read ${path} (it is no plain file)`, { data: { path } });
    const { bytesRead, buffer } = await handle.read(Buffer.alloc(maxBytes), 0, maxBytes, offset);
    return { bytes: buffer.subarray(0, bytesRead), sizeBytes: stat.size, fileId: `${stat.dev}:${stat.ino}` };
  } finally {
    await handle.close();
  }
}

function infoOf(stat: Stats): FileInfo {
  return { kind: kindOf(stat), sizeBytes: stat.size, mode: stat.mode & 0o7777, mtimeMs: stat.mtimeMs };
}

function kindOf(stat: Stats): FileKind {
  if (stat.isFile()) return 'file';
  if (stat.isDirectory()) return 'directory';
  return stat.isSymbolicLink() ? 'link' : 'other';
}

async function listFolder(dir: string): Promise<readonly string[]> {
  try {
    return await readdir(dir);
  } catch (error) {
    if (!isAbsent(error)) throw error;
    const stat = await guardedFind('look at', dir, () => lstat(dir));
    if (stat === undefined) return [];
    // Another made it in between.
    if (stat.isDirectory()) return listFolder(dir);
    // ENOTDIR is said of a file at the path, too: that is not absence.
    throw error;
  }
}

async function ensureDir(dir: string, mode: number | undefined): Promise<void> {
  const first = await mkdir(dir, { recursive: true, ...(mode === undefined ? {} : { mode }) });
  if (first === undefined) return;
  if (mode !== undefined) await chmod(dir, mode);
  // Every folder that took a new one is synced, from the leaf up.
  for (let parent = dirname(dir); ; parent = dirname(parent)) {
    await syncFolder(parent);
    if (parent === dirname(first) || parent === '/') return;
  }
}

async function renameSynced(from: string, to: string): Promise<void> {
  try {
    await rename(from, to);
  } catch (error) {
    if (codeOf(error) !== 'EACCES') throw error;
    await renameReadOnlyFolder(from, to, error);
  }
  await syncFolder(dirname(to));
  if (dirname(from) !== dirname(to)) await syncFolder(dirname(from));
}

/** A folder takes the place of an empty one that was made for it; anything else is linked there, then unlinked here. */
async function moveNew(from: string, to: string): Promise<'moved' | 'taken'> {
  const isFolder = (await lstat(from)).isDirectory();
  try {
    if (isFolder) await mkdir(to);
    else await link(from, to);
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return 'taken';
    throw error;
  }
  try {
    if (isFolder) await renameSynced(from, to);
    else await unlink(from);
  } catch (error) {
    // Somebody was quicker and put something into the folder.
    if (codeOf(error) === 'ENOTEMPTY' || codeOf(error) === 'EEXIST') return 'taken';
    if (isFolder) await rmdir(to).catch(() => {}); // The first failure is the one to tell.
    throw error;
  }
  if (isFolder) return 'moved';
  await syncFolder(dirname(to));
  await syncFolder(dirname(from));
  return 'moved';
}

/** A folder that is moved to another parent must be writable: its `..` changes. */
async function renameReadOnlyFolder(from: string, to: string, cause: unknown): Promise<void> {
  const stat = await lstat(from);
  if (!stat.isDirectory() || (stat.mode & 0o200) !== 0) throw cause;
  await chmod(from, stat.mode | 0o200);
  try {
    await rename(from, to);
  } catch (error) {
    await chmod(from, stat.mode & 0o7777);
    throw error;
  }
  await chmod(to, stat.mode & 0o7777);
}

async function replaceLink(path: string, target: string): Promise<void> {
  const stat = await guardedFind('look at', path, () => lstat(path));
  if (stat !== undefined && !stat.isSymbolicLink()) {
    throw new Fault('FILE_ACCESS', `Cannot create the link ${path} (something else is there)`, { data: { path } });
  }
  const temporary = temporaryBeside(path);
  await symlink(target, temporary);
  try {
    await rename(temporary, path);
  } catch (error) {
    await unlink(temporary).catch(() => {}); // The first failure is the one to tell.
    throw error;
  }
  await syncFolder(dirname(path));
}

async function freeBytes(path: string): Promise<number> {
  for (let place = path; ; place = dirname(place)) {
    const stat = await guardedFind('look at', place, () => statfs(place));
    if (stat !== undefined) return stat.bavail * stat.bsize;
    if (place === dirname(place)) return 0;
  }
}

async function setReadOnly(path: string, readOnly: boolean): Promise<void> {
  const change = ({ path: entry, stat }: { path: Buffer; stat: Stats }): void => {
    if (stat.isSymbolicLink()) return;
    const before = stat.mode & 0o7777;
    const after = readOnly ? before & 0o7555 : before | 0o200;
    if (after !== before) chmodSync(entry, after);
  };
  await walk(path, readOnly ? { entry: change, leave: change } : { entry: change, enter: change });
}
