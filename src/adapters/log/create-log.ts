import { Writable } from 'node:stream';

import winston from 'winston';

import type { Log } from '../../ports/system.ts';
import { plainData } from './plain-data.ts';
import { RotatingFile } from './rotating-file.ts';

/** A file is put aside at this size, so that a process that logs without end fills 20 MB. */
const defaultMaxSizeBytes = 5 * 1024 * 1024;
/** A longer line is cut. */
const maxLineChars = 64 * 1024;

export interface LogOptions {
  /** One file for each process, for example `logs/supervisor-48121.log`. */
  readonly file: string;
  readonly level: 'info' | 'warn' | 'error';
  /** Takes out what never reaches the file: tokens, keys, passwords. */
  readonly redact?: <T>(value: T) => T;
  readonly maxSizeBytes?: number;
}

export interface FileLog extends Log {
  /** Resolves when the file is closed. */
  close(): Promise<void>;
}

/**
 * Creates a log that writes JSON lines with `at`, `level`, `message`, `data`. A line is in the file when the
 * call returns; a log that cannot be written disturbs nobody.
 */
export function createLog(options: LogOptions): FileLog {
  const redact = options.redact ?? ((value) => value);
  const file = new RotatingFile(options.file, options.maxSizeBytes ?? defaultMaxSizeBytes);
  // The transport of winston that writes files loses lines when it rotates and when the process ends.
  const stream = new Writable({
    decodeStrings: false,
    write: (line: string, _encoding, done) => {
      file.append(line);
      done();
    },
  });
  const logger = winston.createLogger({
    level: options.level,
    format: winston.format.printf(({ message }) => message as string),
    transports: [new winston.transports.Stream({ stream, eol: '' })],
  });

  let isClosed = false;
  const write = (level: LogOptions['level'], message: string, data?: Readonly<Record<string, unknown>>): void => {
    if (isClosed || !logger.isLevelEnabled(level)) return;
    const at = new Date().toISOString();
    const fields = redact({ at, level, message, ...(data === undefined ? {} : { data: plainData(data) }) });
    logger.log(level, lineOf(fields));
  };
  return {
    info: (message, data) => write('info', message, data),
    warn: (message, data) => write('warn', message, data),
    error: (message, data) => write('error', message, data),
    close: async () => {
      isClosed = true;
      logger.close();
      file.close();
    },
  };
}

function lineOf(fields: Readonly<Record<string, unknown>>): string {
  const line = JSON.stringify(fields);
  if (line.length <= maxLineChars) return line;
  const { at, level, message } = fields;
  // A character may take six to write.
  const start = String(message).slice(0, maxLineChars / 8);
  return JSON.stringify({ at, level, message: start, nCharsCut: line.length - start.length });
}
