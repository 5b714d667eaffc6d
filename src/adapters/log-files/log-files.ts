import { constants, open } from 'node:fs/promises';

import { Fault } from '../../base/fault.ts';
import type { LogBatch, LogFiles } from '../../ports/log-files.ts';
import { createLineSplitter } from './line-splitter.ts';
import { createTextSampler } from './text-sampler.ts';

const chunkBytes = 1024 * 1024;
const maxBatchLines = 1_000;

/** Creates the reader of logs. Only plain files: a pipe or device would never end. */
export function createLogFiles(): LogFiles {
  return { read };
}

async function* read(
  path: string,
  { fromByte = 0, maxBytes = Number.POSITIVE_INFINITY, isEnded = false, signal }: Parameters<LogFiles['read']>[1] = {},
): AsyncIterable<LogBatch> {
  // A pipe that nobody writes into would hold the thread for ever, and the program with it.
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK).catch((error: unknown) => {
    throw unreadable(path, error);
  });
  try {
    const info = await file.stat();
    if (!info.isFile()) throw unreadable(path, 'it is no plain file');
    let at = fromByte > info.size ? 0 : fromByte;
    const endAt = Math.min(info.size, at + maxBytes);
    const splitter = createLineSplitter();
    const sampler = createTextSampler();
    const buffer = new Uint8Array(chunkBytes);
    let toldByte = at;
    while (at < endAt && signal?.aborted !== true) {
      const { bytesRead } = await file.read(buffer, 0, Math.min(chunkBytes, endAt - at), at).catch((error: unknown) => {
        throw unreadable(path, error);
      });
      if (bytesRead === 0) break;
      at += bytesRead;
      const bytes = buffer.subarray(0, bytesRead);
      sampler.take(bytes);
      const lines = splitter.take(bytes);
      const endByte = at - splitter.heldBytes();
      if (endByte === toldByte) continue;
      toldByte = endByte;
      const upTo = { endByte, endLine: splitter.endLine(), noTextShare: sampler.noTextShare() };
      for (let index = 0; index === 0 || index < lines.length; index += maxBatchLines)
        yield { lines: lines.slice(index, index + maxBatchLines), ...upTo };
    }
    // What has no end yet is shown by a read of the whole, and kept for the next one by a read that goes on.
    const rest = splitter.rest();
    const isWhole = isEnded ? at >= info.size : fromByte === 0 && maxBytes === Number.POSITIVE_INFINITY;
    if (rest !== undefined && isWhole)
      yield { lines: [rest], endByte: at, endLine: splitter.endLine(), noTextShare: sampler.noTextShare() };
  } finally {
    await file.close();
  }
}

function unreadable(path: string, cause: unknown): Fault {
  const why = typeof cause === 'string' ? cause : ((cause as { code?: string }).code ?? (cause as Error).message);
  const reason =
    { ENOENT: 'there is no such file', EACCES: 'it may not be read', EISDIR: 'it is a folder' }[why] ?? why;
  return new Fault('LOG_UNREADABLE', `The log ${path} cannot be read: ${reason}.`, {
    hints: ['orchestrate diagnose --log <file>'],
    state: 'Nothing was changed.',
    cause,
  });
}
