import { endOf, type LogPiece, logPieces } from '../engine/instances/log-pieces.ts';
import type { Files } from '../ports/index.ts';

/** Bytes of a log that are read at once; of a longer one the end. */
const maxBytes = 1024 * 1024;
/** A line without an end is given out in pieces of this length, so that it cannot fill the memory. */
const maxLineChars = 8 * 1024;

/** Looks that a live file which got shorter is given for its old content to be found put away; then it was replaced. */
const cutLooks = 3;

/** Reads the growing log of an instance, the newest first time, then what was added. */
export interface LogTail {
  /** The last lines that are there now. */
  last(nLines: number): Promise<readonly string[]>;
  /** Lines added since the last call, over a log that was put away; from its beginning after the file was replaced or cut. */
  more(): Promise<readonly string[]>;
}

/** Returns a reader of the log at the path. The file may be absent, appear, be put away, be cut or be replaced at any time. */
export function openLogTail(files: Pick<Files, 'list' | 'readPart'>, path: string): LogTail {
  let at = 0;
  let fileId: string | undefined;
  let nShorter = 0;
  let rest = '';
  let decoder = new TextDecoder();
  const beginAt = (place: number): void => {
    at = place;
    rest = '';
    decoder = new TextDecoder();
  };

  const take = (bytes: Uint8Array): readonly string[] => {
    at += bytes.length;
    // A progress bar ends its lines with a carriage return only.
    const pieces = (rest + decoder.decode(bytes, { stream: true })).split(/\r\n|\r|\n/);
    rest = pieces.pop() ?? '';
    while (rest.length > maxLineChars) {
      pieces.push(rest.slice(0, maxLineChars));
      rest = rest.slice(maxLineChars);
    }
    return pieces.filter((line) => line.trim() !== '').map((line) => line.slice(0, maxLineChars));
  };

  /** Reads on from where it is, over the pieces. */
  const read = async (pieces: readonly LogPiece[]): Promise<readonly string[]> => {
    const lines: string[] = [];
    let left = maxBytes;
    for (const piece of pieces) {
      if (piece.fromByte + piece.sizeBytes <= at || left <= 0) continue;
      // Removed before it was read.
      if (piece.fromByte > at) beginAt(piece.fromByte);
      const part = await files.readPart(piece.path, { offset: at - piece.fromByte, maxBytes: left });
      if (part === undefined) break;
      left -= part.bytes.length;
      lines.push(...take(part.bytes));
    }
    return lines;
  };

  return {
    async last(nLines) {
      const pieces = await logPieces(files, path);
      const start = Math.max(0, endOf(pieces) - maxBytes);
      fileId = pieces.at(-1)?.fileId;
      beginAt(start);
      const lines = await read(pieces);
      // What begins in the middle of a line is no line.
      const whole = start > 0 ? lines.slice(1) : lines;
      return whole.slice(Math.max(0, whole.length - nLines));
    },
    async more() {
      const pieces = await logPieces(files, path);
      const live = pieces.at(-1);
      if (live?.isLive !== true) return [];
      const isOther = live.fileId !== fileId;
      fileId = live.fileId;
      nShorter = endOf(pieces) < at ? nShorter + 1 : 0;
      if (isOther || nShorter > cutLooks) beginAt(live.fromByte);
      return read(pieces);
    },
  };
}

/** Returns the lines of `now` that come after those of `before`, where `now` is the newer end of the same log. */
export function addedLines(before: readonly string[], now: readonly string[]): readonly string[] {
  for (let nShared = Math.min(before.length, now.length); nShared > 0; nShared -= 1) {
    const tail = before.slice(before.length - nShared);
    if (tail.every((line, index) => line === now[index])) return now.slice(nShared);
  }
  return now;
}
