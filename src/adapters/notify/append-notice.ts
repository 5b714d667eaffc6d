import { constants } from 'node:fs';
import { type FileHandle, open, rename } from 'node:fs/promises';

import { Fault } from '../../base/fault.ts';
import type { Notice } from '../../ports/index.ts';

/** A file that is larger is moved to `<path>.1` before the next line: two files at most. */
export const maxFileBytes = 5 * 1024 * 1024;

/**
 * Appends the notice as one line of JSON and syncs it. Made for its owner alone where it is not there. Follows no link at the end of the
 * path and writes into nothing but a plain file. Fault: `NOTICE_FAILED`.
 */
export async function appendNotice(path: string, notice: Notice, nowMs: number): Promise<void> {
  const { title, text, severity, key, data } = notice;
  const line = `${JSON.stringify({ at: new Date(nowMs).toISOString(), severity, key, title, text, data })}\n`;
  try {
    const file = await openPlain(path);
    try {
      const { size } = await file.stat();
      if (size < maxFileBytes) return await write(file, line);
    } finally {
      await file.close();
    }
    await rename(path, `${path}.1`);
    const fresh = await openPlain(path);
    try {
      await write(fresh, line);
    } finally {
      await fresh.close();
    }
  } catch (cause) {
    if (cause instanceof Fault) throw cause;
    const code = (cause as NodeJS.ErrnoException).code ?? 'unknown error';
    throw new Fault('NOTICE_FAILED', `${path} cannot be written (${code}).`, { cause });
  }
}

async function openPlain(path: string): Promise<FileHandle> {
  // Without O_NONBLOCK a pipe that nobody reads would be waited for.
  const { O_APPEND, O_CREAT, O_NOFOLLOW, O_NONBLOCK, O_WRONLY } = constants;
  const file = await open(path, O_APPEND | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_WRONLY, 0o600);
  if ((await file.stat()).isFile()) return file;
  await file.close();
  throw new Fault('NOTICE_FAILED', `${path} is no plain file.`);
}

async function write(file: FileHandle, line: string): Promise<void> {
  await file.appendFile(line);
  await file.datasync();
}
