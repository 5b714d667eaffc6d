import { closeSync, fstatSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

/** How many files are kept: the current one, then `.1`, `.2`, `.3`, the oldest last. */
const maxFiles = 4;
/** How long after a failure the file is tried again. */
const retryAfterMs = 10_000;

/**
 * A file of lines that is put aside when it is full. Written at once, so that the last words of a process that
 * dies are there. When the disk does not take a line, it is dropped and counted.
 */
export class RotatingFile {
  readonly #file: string;
  readonly #maxSizeBytes: number;
  #handle: number | undefined;
  #sizeBytes = 0;
  #failedAtMs = -Infinity;
  #nDropped = 0;

  constructor(file: string, maxSizeBytes: number) {
    this.#file = file;
    this.#maxSizeBytes = maxSizeBytes;
  }

  append(line: string): void {
    if (performance.now() - this.#failedAtMs < retryAfterMs) {
      this.#nDropped += 1;
      return;
    }
    try {
      if (this.#nDropped > 0)
        this.#write(`${JSON.stringify({ level: 'warn', message: 'lines were dropped', nDropped: this.#nDropped })}\n`);
      this.#nDropped = 0;
      this.#write(`${line}\n`);
    } catch {
      this.#failedAtMs = performance.now();
      this.#nDropped += 1;
      this.close();
    }
  }

  close(): void {
    if (this.#handle === undefined) return;
    closeSync(this.#handle);
    this.#handle = undefined;
  }

  #write(text: string): void {
    const bytes = Buffer.from(text);
    let handle = this.#handle ?? this.#open();
    if (this.#sizeBytes > 0 && this.#sizeBytes + bytes.length > this.#maxSizeBytes) {
      this.close();
      this.#putAside();
      handle = this.#open();
    }
    writeSync(handle, bytes);
    this.#sizeBytes += bytes.length;
  }

  #open(): number {
    mkdirSync(dirname(this.#file), { recursive: true, mode: 0o700 });
    const handle = openSync(this.#file, 'a', 0o600);
    this.#handle = handle;
    this.#sizeBytes = fstatSync(handle).size;
    return handle;
  }

  #putAside(): void {
    const name = (n: number): string => (n === 0 ? this.#file : `${this.#file}.${n}`);
    rmSync(name(maxFiles - 1), { force: true });
    for (let n = maxFiles - 2; n >= 0; n -= 1) {
      try {
        renameSync(name(n), name(n + 1));
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      }
    }
  }
}
