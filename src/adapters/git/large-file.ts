import { createHash, randomBytes } from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createDeflate } from 'node:zlib';

import { looseObjectPath, syncFolder } from './object-writer.ts';
import { isSameStat, type StatKey } from './stat-cache.ts';
import { openForReading } from './steady-file.ts';
import { missingIds, objectsDir, type StoreParts } from './store-parts.ts';

/** Files above this are never held in memory. */
export const largeFileBytes = 8 * 1024 * 1024;

/** Stores a large file as a blob, read in pieces, and returns its id; undefined when it changed meanwhile. */
export async function hashLargeFile(parts: StoreParts, file: string, seen: StatKey): Promise<string | undefined> {
  const fd = openForReading(file);
  if (fd === undefined) return undefined;
  const temporary = path.join(objectsDir(parts), `tmp_obj_${randomBytes(6).toString('hex')}`);
  try {
    if (!isSameStat(fs.fstatSync(fd), seen)) return undefined;
    const hash = createHash('sha1');
    await pipeline(
      piecesOf(fd, seen.size, hash),
      createDeflate({ level: 1 }),
      fs.createWriteStream(temporary, { flags: 'wx', mode: 0o444, flush: true }),
    );
    if (!isSameStat(fs.fstatSync(fd), seen)) return undefined;
    const id = hash.digest('hex');
    if ((await missingIds(parts, [id])).length === 0) return id;
    const target = looseObjectPath(objectsDir(parts), id);
    fs.mkdirSync(path.dirname(target), { recursive: true });
    fs.renameSync(temporary, target);
    await syncFolder(path.dirname(target));
    await syncFolder(objectsDir(parts));
    parts.trees.known.add(id);
    return id;
  } finally {
    fs.closeSync(fd);
    fs.rmSync(temporary, { force: true });
  }
}

function* piecesOf(fd: number, size: number, hash: { update(data: Uint8Array): unknown }): Generator<Buffer> {
  const head = Buffer.from(`blob ${size}\0`);
  hash.update(head);
  yield head;
  let left = size;
  while (left > 0) {
    const piece = Buffer.allocUnsafe(Math.min(left, 1024 * 1024));
    const nRead = fs.readSync(fd, piece, 0, piece.length, null);
    if (nRead === 0) return;
    left -= nRead;
    hash.update(piece.subarray(0, nRead));
    yield piece.subarray(0, nRead);
  }
}
