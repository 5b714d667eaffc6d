import type { Files } from '../ports/index.ts';

/** Bytes of a log that are read at once; of a longer one the end. */
const maxBytes = 1024 * 1024;
/** A line without an end is given out in pieces of this length, so that it cannot fill the memory. */
const maxLineChars = 8 * 1024;

/** Reads a growing file of lines, the newest first time, then what was added. */
export interface LogTail {
  /** The last lines that are there now. */
  last(nLines: number): Promise<readonly string[]>;
  /** Lines added since the last call; from its beginning after the file was replaced or cut. */
  more(): Promise<readonly string[]>;
}

/** Returns a reader of the log at the path. The file may be absent, appear, be cut or be replaced at any time. */
export function openLogTail(files: Pick<Files, 'readPart'>, path: string): LogTail {
  let offset = 0;
  let fileId: string | undefined;
  let rest = '';
  let decoder = new TextDecoder();
  const begin = (id: string): void => {
    fileId = id;
    offset = 0;
    rest = '';
    decoder = new TextDecoder();
  };

  const take = (bytes: Uint8Array): readonly string[] => {
    offset += bytes.length;
    // A progress bar ends its lines with a carriage return only.
    const pieces = (rest + decoder.decode(bytes, { stream: true })).split(/\r\n|\r|\n/);
    rest = pieces.pop() ?? '';
    while (rest.length > maxLineChars) {
      pieces.push(rest.slice(0, maxLineChars));
      rest = rest.slice(maxLineChars);
    }
    return pieces.filter((line) => line.trim() !== '').map((line) => line.slice(0, maxLineChars));
  };

  return {
    async last(nLines) {
      const size = (await files.readPart(path, { offset: 0, maxBytes: 0 }))?.sizeBytes ?? 0;
      const start = Math.max(0, size - maxBytes);
      const part = await files.readPart(path, { offset: start, maxBytes });
      if (part === undefined) return [];
      begin(part.fileId);
      offset = start;
      const lines = take(part.bytes);
      // What begins in the middle of a line is no line.
      return (start > 0 ? lines.slice(1) : lines).slice(-nLines);
    },
    async more() {
      let part = await files.readPart(path, { offset, maxBytes });
      if (part === undefined) return [];
      if (part.fileId !== fileId || part.sizeBytes < offset) {
        begin(part.fileId);
        part = await files.readPart(path, { offset, maxBytes });
      }
      return part === undefined ? [] : take(part.bytes);
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
