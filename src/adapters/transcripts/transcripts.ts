import { type FileHandle, mkdir, open, readdir, readFile } from 'node:fs/promises';

import { Fault } from '../../base/fault.ts';
import type { Clock, TranscriptLine, Transcripts } from '../../ports/index.ts';
import { fileName, nameOfFile } from './file-name.ts';
import { parseLines } from './parse-lines.ts';

/** Creates the transcripts in a folder that is made when the first line is written. Nothing reaches a file but through `redact`. */
export function createTranscripts({
  dir,
  clock,
  redact,
}: {
  readonly dir: string;
  readonly clock: Clock;
  readonly redact: <T>(value: T) => T;
}): Transcripts {
  /** The end of what is being written, by conversation: lines of one file take turns. */
  const ends = new Map<string, Promise<void>>();

  const write = async (conversation: string, line: TranscriptLine): Promise<void> => {
    await mkdir(dir, { recursive: true, mode: 0o700 });
    const file = await open(`${dir}/${fileName(conversation)}`, 'a+', 0o600);
    try {
      const end = await wholeLinesEnd(file);
      if (end !== (await file.stat()).size) await file.truncate(end);
      await file.appendFile(`${JSON.stringify(redact(line))}\n`);
      await file.sync();
    } finally {
      await file.close();
    }
  };

  return {
    append(conversation, message, by) {
      const line = { atMs: clock.nowMs(), message, ...(by === undefined ? {} : { by }) };
      const before = ends.get(conversation) ?? Promise.resolve();
      const work = before.catch(() => undefined).then(() => write(conversation, line));
      ends.set(conversation, work);
      return work.catch((error: unknown) => {
        throw unusable(conversation, error);
      });
    },
    async read(conversation) {
      const bytes = await readFile(`${dir}/${fileName(conversation)}`, 'utf8').catch((error: unknown) => {
        if (isAbsent(error)) return '';
        throw unusable(conversation, error);
      });
      return parseLines(bytes, (line) => {
        throw unusable(conversation, `line ${line} is no line of a transcript`);
      });
    },
    async list(run) {
      const names = await readdir(dir).catch((error: unknown) => {
        if (isAbsent(error)) return [];
        throw unusable(run, error);
      });
      return names
        .flatMap((name) => nameOfFile(name) ?? [])
        .filter((name) => name.split(/[.:]/).includes(run))
        .sort();
    },
  };
}

/** What a kill left behind the last whole line was never told to be written, and is cut off. */
async function wholeLinesEnd(file: FileHandle): Promise<number> {
  const { size } = await file.stat();
  const step = 64 * 1024;
  for (let end = size; end > 0; end -= step) {
    const start = Math.max(0, end - step);
    const { buffer, bytesRead } = await file.read({ buffer: Buffer.alloc(end - start), position: start });
    const at = buffer.subarray(0, bytesRead).lastIndexOf(0x0a);
    if (at >= 0) return start + at + 1;
  }
  return 0;
}

const isAbsent = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === 'ENOENT';

function unusable(conversation: string, error: unknown): Fault {
  const { code } = error as NodeJS.ErrnoException;
  const why = typeof error === 'string' ? error : (code ?? String(error));
  if (code === 'ENOSPC' || code === 'EDQUOT')
    return new Fault('DISK_FULL', `The transcript of ${conversation} cannot be written: ${code}.`, { cause: error });
  return new Fault('TRANSCRIPT_UNREADABLE', `The transcript of ${conversation} cannot be used: ${why}.`, {
    cause: error,
  });
}
