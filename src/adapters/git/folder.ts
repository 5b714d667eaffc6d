import * as fs from 'node:fs';
import * as path from 'node:path';
import process from 'node:process';

import { errnoOf } from './git-failure.ts';
import { isSameStat, type StatKey } from './stat-cache.ts';

const { O_RDONLY, O_DIRECTORY, O_NOFOLLOW } = fs.constants;
const noThrow = { throwIfNoEntry: false } as const;

/** Through /proc a name is looked up in the folder that was opened, wherever its path leads by now: what openat does. */
const hasDescriptorPaths = process.platform === 'linux' && fs.existsSync('/proc/self/fd');

/**
 * A folder held open, so that names below it cannot be led elsewhere by a link that somebody puts in its path.
 * Without /proc (macOS) each step refuses links when it is opened, which leaves a small window.
 */
export class Folder {
  readonly #fd: number;
  readonly #prefix: string;
  readonly #plain: string;

  private constructor(fd: number, plain: string) {
    this.#fd = fd;
    this.#plain = `${plain}/`;
    this.#prefix = hasDescriptorPaths ? `/proc/self/fd/${fd}/` : this.#plain;
  }

  /** Opens a folder; its parents may be links, the folder itself may not (`ENOTDIR` or `ELOOP`). */
  static open(dir: string): Folder {
    return new Folder(fs.openSync(dir, O_RDONLY | O_DIRECTORY | O_NOFOLLOW), path.resolve(dir));
  }

  /** Returns the path for a name directly below; it must not be followed when it is a link. */
  at(name: string): string {
    return this.#prefix + name;
  }

  /** Returns the path for a name that is not UTF-8. */
  atBytes(name: Uint8Array): Buffer {
    return Buffer.concat([Buffer.from(this.#prefix), name]);
  }

  /** Opens a folder directly below, never through a link. */
  folder(name: string): Folder {
    return new Folder(fs.openSync(this.at(name), O_RDONLY | O_DIRECTORY | O_NOFOLLOW), this.#plain + name);
  }

  /** Opens a folder directly below, made when it is absent; `made` is told then. */
  ensureFolder(name: string, made?: () => void): Folder {
    try {
      return this.folder(name);
    } catch (error) {
      if (errnoOf(error) !== 'ENOENT') throw error;
    }
    try {
      fs.mkdirSync(this.at(name));
      made?.();
    } catch (error) {
      if (errnoOf(error) !== 'EEXIST') throw error;
    }
    return this.folder(name);
  }

  /** Returns what is at the name without following it, or undefined when nothing is. */
  find(name: string | Uint8Array): fs.Stats | undefined {
    return fs.lstatSync(typeof name === 'string' ? this.at(name) : this.atBytes(name), noThrow);
  }

  /**
   * The same by the plain path, twice as fast. Only for readings that are compared with earlier ones or checked again
   * on the opened file: if the folder is led elsewhere, they are of a file whose inode and times match nothing.
   */
  glance(name: string): fs.Stats | undefined {
    return fs.lstatSync(this.#plain + name, noThrow);
  }

  /** Returns stat data in nanoseconds, provided they are still of the file in the state that was seen. */
  exact(name: string, seen: StatKey): fs.BigIntStats | undefined {
    const exact = fs.lstatSync(this.at(name), { bigint: true, throwIfNoEntry: false });
    const again = this.find(name);
    return again !== undefined && isSameStat(again, seen) ? exact : undefined;
  }

  /** Returns the number of the file system's device. */
  device(): number {
    return fs.fstatSync(this.#fd).dev;
  }

  names(): string[] {
    return fs.readdirSync(this.#prefix);
  }

  nameBytes(): Buffer[] {
    return fs.readdirSync(this.#prefix, { encoding: 'buffer' });
  }

  /** Makes the names in the folder durable. */
  sync(): void {
    fs.fsyncSync(this.#fd);
  }

  close(): void {
    fs.closeSync(this.#fd);
  }
}
