import type { GitTreeId } from '../../base/ids.ts';
import type { TrustedStore } from '../../ports/git.ts';
import type { GitCall } from './git-door.ts';
import type { StoreParts } from './store-parts.ts';

/** A line that is longer than this is cut: it is no text that people read. */
const maxLineBytes = 64 * 1024;
/** As git itself decides: a NUL among so many first bytes. */
const nLookedAt = 8_000;
/** Length of all paths of one command line; the system takes more. */
const maxPathsBytes = 100_000;
const maxCountsBytes = 16 * 1024 * 1024;

/** See `TrustedStore.patchPart`. */
export async function patchPart(
  parts: StoreParts,
  { before, after, paths, fromByte, maxBytes }: Parameters<TrustedStore['patchPart']>[0],
): ReturnType<TrustedStore['patchPart']> {
  const pieces: Buffer[] = [];
  const endByte = fromByte + maxBytes;
  let room = endByte + maxLineBytes;
  let isAll = true;
  for (const some of inCommandLines(paths)) {
    const piece = await readPatch(parts, { before, after, paths: some }, room);
    pieces.push(piece.bytes);
    room -= piece.bytes.length;
    isAll &&= piece.isAll;
    if (!isAll) break;
  }
  return cut(Buffer.concat(pieces), { fromByte, endByte, isAll });
}

async function readPatch(
  { door, gitDir }: StoreParts,
  { before, after, paths }: { before: GitTreeId; after: GitTreeId; paths: readonly string[] },
  maxOutputBytes: number,
): Promise<{ bytes: Buffer; isAll: boolean }> {
  const { stdout, truncated } = await door.run({
    ...diffCall(gitDir, ['-p', '--full-index', '-M'], { before, after, paths }),
    maxOutputBytes,
    dropsRest: true,
  });
  return { bytes: stdout, isAll: !truncated };
}

function diffCall(
  gitDir: string,
  flags: readonly string[],
  { before, after, paths }: { before: GitTreeId; after: GitTreeId; paths: readonly string[] },
): GitCall {
  return { verb: 'diff-tree', args: ['-r', ...flags, '--end-of-options', before, after, '--', ...paths], gitDir };
}

/** Cuts at the first line that begins at or after each byte, so that pages fit together. */
function cut(
  bytes: Buffer,
  { fromByte, endByte, isAll }: { fromByte: number; endByte: number; isAll: boolean },
): { text: string; isEnd: boolean } {
  const start = lineAt(bytes, fromByte);
  const end = lineAt(bytes, endByte);
  const isEnd = isAll && end >= bytes.length;
  return { text: bytes.toString('utf8', start, end), isEnd };
}

function lineAt(bytes: Buffer, place: number): number {
  if (place === 0) return 0;
  if (place >= bytes.length) return bytes.length;
  const feed = bytes.indexOf(0x0a, place - 1);
  const limit = place + maxLineBytes;
  return feed < 0 || feed >= limit ? Math.min(bytes.length, limit) : feed + 1;
}

/** See `TrustedStore.countLines`. */
export async function countLines(
  { door, gitDir }: StoreParts,
  { before, after, paths }: Parameters<TrustedStore['countLines']>[0],
): ReturnType<TrustedStore['countLines']> {
  const counts = new Map<string, { added: number; removed: number }>();
  for (const some of inCommandLines(paths)) {
    const { stdout } = await door.run({
      ...diffCall(gitDir, ['--numstat', '-z', '--no-renames'], { before, after, paths: some }),
      maxOutputBytes: maxCountsBytes,
    });
    for (const item of stdout.toString('utf8').split('\0')) {
      const [, added, removed, path] = /^(\d+)\t(\d+)\t([^]*)$/.exec(item) ?? [];
      if (path !== undefined) counts.set(path, { added: Number(added), removed: Number(removed) });
    }
  }
  return counts;
}

/** Parts paths so that each part fits into a command line. No path at all means all: one part. */
function* inCommandLines(paths: readonly string[]): Generator<readonly string[]> {
  let some: string[] = [];
  let nBytes = 0;
  for (const path of paths) {
    if (nBytes > maxPathsBytes) {
      yield some;
      [some, nBytes] = [[], 0];
    }
    some.push(path);
    nBytes += Buffer.byteLength(path) + 1;
  }
  yield some;
}

/** See `TrustedStore.blobFacts`. One after the other: no two large ones are in memory at once. */
export async function blobFacts(
  { reader }: StoreParts,
  blobs: readonly string[],
  maxReadBytes: number,
): ReturnType<TrustedStore['blobFacts']> {
  const facts = new Map<string, { sizeBytes: number; isBinary: boolean | null }>();
  for (const blob of new Set(blobs)) {
    const info = await reader.findInfo(blob);
    if (info === undefined) continue;
    const { sizeBytes } = info;
    const isRead = sizeBytes <= maxReadBytes;
    facts.set(blob, { sizeBytes, isBinary: isRead ? await isBinary(reader, blob) : null });
  }
  return facts;
}

const isBinary = async (reader: StoreParts['reader'], blob: string): Promise<boolean> =>
  (await reader.require(blob, 'blob')).subarray(0, nLookedAt).includes(0);
