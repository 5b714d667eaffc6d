import * as fs from 'node:fs';

import { isSameStat, type StatKey } from './stat-cache.ts';

const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = fs.constants;

/**
 * Reads a whole regular file, not through a link, provided it is the file that `seen` describes before and
 * after. Undefined when it changed meanwhile. `file` may be a path of a `Folder`.
 */
export function readSteadyFile(file: string, seen: StatKey): Buffer | undefined {
  const fd = openForReading(file);
  if (fd === undefined) return undefined;
  try {
    if (!isSameStat(fs.fstatSync(fd), seen)) return undefined;
    const bytes = fs.readFileSync(fd);
    return bytes.length === seen.size && isSameStat(fs.fstatSync(fd), seen) ? bytes : undefined;
  } finally {
    fs.closeSync(fd);
  }
}

/** Opens a file that may be a FIFO or a link by now, without waiting and without following. Undefined when it is gone or a link. */
export function openForReading(file: string): number | undefined {
  try {
    return fs.openSync(file, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' || code === 'ELOOP' || code === 'ENXIO') return undefined;
    throw error;
  }
}
