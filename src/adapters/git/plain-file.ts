import { createHash } from 'node:crypto';
import * as fs from 'node:fs';

import { errnoOf } from './git-failure.ts';

const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = fs.constants;

/** What is at a path that somebody else may have put there. */
export type PlainFile =
  | { readonly kind: 'absent' }
  | { readonly kind: 'file'; readonly bytes: Buffer; readonly isExecutable: boolean }
  | { readonly kind: 'link'; readonly target: Buffer }
  | { readonly kind: 'folder' | 'fifo' | 'socket' | 'device' | 'too large' | 'not readable' };

/**
 * Reads a small file without following a link and without ever waiting for a FIFO.
 * A file over `maxBytes` is told as `too large`.
 */
export function readPlainFile(file: string, maxBytes = 4 * 1024 * 1024): PlainFile {
  let fd: number;
  try {
    const stat = fs.lstatSync(file);
    if (stat.isSymbolicLink()) return { kind: 'link', target: fs.readlinkSync(file, { encoding: 'buffer' }) };
    if (!stat.isFile()) return { kind: specialKind(stat) };
    fd = fs.openSync(file, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  } catch (error) {
    const code = errnoOf(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') return { kind: 'absent' };
    if (code === 'EACCES' || code === 'EPERM' || code === 'ELOOP' || code === 'ENXIO') return { kind: 'not readable' };
    throw error;
  }
  try {
    const stat = fs.fstatSync(fd);
    if (!stat.isFile()) return { kind: specialKind(stat) };
    if (stat.size > maxBytes) return { kind: 'too large' };
    return { kind: 'file', bytes: fs.readFileSync(fd), isExecutable: (stat.mode & 0o111) !== 0 };
  } finally {
    fs.closeSync(fd);
  }
}

/** Returns the text of a small plain file, or undefined when it is absent or anything else. */
export function readPlainText(file: string): string | undefined {
  const found = readPlainFile(file);
  return found.kind === 'file' ? found.bytes.toString('utf8') : undefined;
}

/** Returns one word for what is there: the SHA-256 of a file (with `x ` when executable), else its kind; undefined when absent. */
export function plainFileMark(file: string): string | undefined {
  const found = readPlainFile(file, 16 * 1024 * 1024);
  if (found.kind === 'absent') return undefined;
  if (found.kind === 'link') return `link to ${JSON.stringify(found.target.toString('utf8'))}`;
  if (found.kind !== 'file') return found.kind;
  return `${found.isExecutable ? 'x ' : ''}${createHash('sha256').update(found.bytes).digest('hex')}`;
}

function specialKind(stat: fs.Stats): 'folder' | 'fifo' | 'socket' | 'device' {
  if (stat.isDirectory()) return 'folder';
  if (stat.isFIFO()) return 'fifo';
  return stat.isSocket() ? 'socket' : 'device';
}
