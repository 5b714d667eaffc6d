import { randomBytes } from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';

import { Fault } from '../../base/fault.ts';
import type { Folder } from './folder.ts';
import { errnoOf } from './git-failure.ts';
import { printableName } from './path-rules.ts';

/** Takes things out of the way by renaming them into a folder of their own; nothing is ever deleted or copied. */
export class Trash {
  readonly #dir: string;
  readonly #label: string;
  #place: string | undefined;
  /** What was taken, as it was called. */
  readonly taken: string[] = [];

  /** `dir` must be on the file system of what is taken. Its folder for this use is made when first needed. */
  constructor(dir: string, label: string) {
    this.#dir = dir;
    this.#label = label;
  }

  /** Moves what is at the name; `relative` is what it is called there and in the answer. */
  take(folder: Folder, name: string | Buffer, relative: string): void {
    const from = typeof name === 'string' ? folder.at(name) : folder.atBytes(name);
    const to = this.#freePath(relative);
    try {
      this.#rename(from, to);
    } catch (error) {
      if (errnoOf(error) === 'ENOENT') return;
      if (errnoOf(error) !== 'EXDEV') throw error;
      throw new Fault(
        'FILE_ACCESS',
        `${relative} cannot be moved to the trash: ${this.#dir} is on another file system.`,
        {
          state: 'It is where it was.',
          cause: error,
          data: { trashDir: this.#dir },
        },
      );
    }
    this.taken.push(relative);
  }

  #rename(from: string | Buffer, to: string): void {
    try {
      fs.renameSync(from, to);
    } catch (error) {
      const code = errnoOf(error);
      if ((code !== 'EACCES' && code !== 'EPERM') || !fs.lstatSync(from).isDirectory()) throw error;
      // A folder that may not be written cannot be given another parent.
      fs.chmodSync(from, 0o700);
      fs.renameSync(from, to);
    }
  }

  #freePath(relative: string): string {
    this.#place ??= path.join(this.#dir, `${this.#label}.${Date.now().toString(36)}-${randomBytes(3).toString('hex')}`);
    const wanted = path.join(this.#place, relative);
    fs.mkdirSync(path.dirname(wanted), { recursive: true });
    return fs.lstatSync(wanted, { throwIfNoEntry: false }) === undefined
      ? wanted
      : `${wanted}.${randomBytes(3).toString('hex')}`;
  }
}

/** Returns a name for the trash from a name's bytes. */
export function trashName(name: string | Buffer): string {
  return typeof name === 'string' ? name : printableName(name);
}
