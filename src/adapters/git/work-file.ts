import * as fs from 'node:fs';

import type { EntryMode } from '../../ports/git.ts';
import { openParent } from './folder-paths.ts';
import type { Folder } from './folder.ts';
import { errnoOf } from './git-failure.ts';
import { objectId } from './object-format.ts';
import { readSteadyFile } from './steady-file.ts';

/** What is at a path of a work tree, its content as the blob that the raw bytes make. */
export type WorkFile =
  | { readonly kind: 'absent' }
  | { readonly kind: 'file'; readonly mode: EntryMode; readonly blob: string; readonly stat: fs.BigIntStats }
  | { readonly kind: 'folder' }
  /** A step of the path is a link or a file. */
  | { readonly kind: 'blocked'; readonly by: string }
  /** FIFO, socket, device, unreadable, or changing while it was read. */
  | { readonly kind: 'other' };

/** Looks at one path below `root` without following any link. */
export function readWorkFile(root: Folder, path: string): WorkFile {
  const parent = openParent(root, path);
  if ('missing' in parent) return { kind: 'absent' };
  if ('blocked' in parent) return { kind: 'blocked', by: parent.blocked };
  try {
    return readAt(parent.folder, parent.name);
  } finally {
    if (parent.folder !== root) parent.folder.close();
  }
}

function readAt(folder: Folder, name: string): WorkFile {
  const stat = folder.find(name);
  if (stat === undefined) return { kind: 'absent' };
  if (stat.isDirectory()) return { kind: 'folder' };
  try {
    if (stat.isSymbolicLink()) {
      const target = fs.readlinkSync(folder.at(name), { encoding: 'buffer' });
      return found(folder, name, stat, '120000', objectId('blob', target));
    }
    if (!stat.isFile()) return { kind: 'other' };
    const bytes = readSteadyFile(folder.at(name), stat);
    if (bytes === undefined) return { kind: 'other' };
    return found(folder, name, stat, (stat.mode & 0o100) === 0 ? '100644' : '100755', objectId('blob', bytes));
  } catch (error) {
    const code = errnoOf(error);
    if (code === 'EACCES' || code === 'EPERM' || code === 'EINVAL' || code === 'ENOENT') return { kind: 'other' };
    throw error;
  }
}

function found(folder: Folder, name: string, seen: fs.Stats, mode: EntryMode, blob: string): WorkFile {
  const stat = folder.exact(name, seen);
  return stat === undefined ? { kind: 'other' } : { kind: 'file', mode, blob, stat };
}
