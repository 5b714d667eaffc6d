import { randomBytes } from 'node:crypto';
import * as fs from 'node:fs';

import type { EntryMode, FileDifference, HomePath } from '../../ports/git.ts';
import { ensureParent, openParent } from './folder-paths.ts';
import type { Folder } from './folder.ts';
import { errnoOf } from './git-failure.ts';
import type { HomeComparison } from './home-compare.ts';

const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW } = fs.constants;

/**
 * Brings single paths of home to their new state. A path is looked at once more just before, and its new file is whole
 * and synced before it gets the name.
 */
export class PathWriter {
  readonly #root: Folder;
  readonly #temporary: Folder;
  readonly #bodies: ReadonlyMap<string, Buffer>;
  readonly #comparison: HomeComparison;
  readonly #touched = new Set<string>();

  constructor(root: Folder, temporary: Folder, bodies: ReadonlyMap<string, Buffer>, comparison: HomeComparison) {
    this.#root = root;
    this.#temporary = temporary;
    this.#bodies = bodies;
    this.#comparison = comparison;
  }

  /** Brings one path to its new state if it is still in the old one; false when it is not. */
  bring({ path, after }: FileDifference): boolean {
    return after === null ? this.#remove(path) : this.#write(path, after);
  }

  /** Makes names durable in every folder that was touched and is still there. */
  sync(): void {
    for (const dir of this.#touched) {
      const at = dir === '' ? undefined : openParent(this.#root, `${dir}/`);
      if (at === undefined) this.#root.sync();
      else if ('folder' in at) {
        at.folder.sync();
        at.folder.close();
      }
    }
  }

  close(): void {
    this.#temporary.close();
  }

  #remove(path: string): boolean {
    if (this.#comparison.compare(path).is !== 'before') return false;
    const parent = openParent(this.#root, path);
    if (!('folder' in parent)) return false;
    try {
      fs.unlinkSync(parent.folder.at(parent.name));
    } finally {
      this.#closeParent(parent.folder);
    }
    this.#touch(path);
    this.#removeEmptyFolders(path);
    return true;
  }

  #removeEmptyFolders(path: string): void {
    for (let slash = path.lastIndexOf('/'); slash > 0; slash = path.lastIndexOf('/', slash - 1)) {
      const folder = path.slice(0, slash);
      const parent = openParent(this.#root, folder);
      if (!('folder' in parent)) return;
      try {
        fs.rmdirSync(parent.folder.at(parent.name));
      } catch (error) {
        // Something of the person's is in it.
        if (['ENOTEMPTY', 'EEXIST', 'ENOTDIR', 'ENOENT', 'EBUSY', 'EACCES', 'EPERM'].includes(errnoOf(error) ?? ''))
          return;
        throw error;
      } finally {
        this.#closeParent(parent.folder);
      }
      this.#touch(folder);
    }
  }

  #write(path: string, after: NonNullable<HomePath['after']>): boolean {
    const body = this.#bodies.get(after.blob) as Buffer;
    let parent: { readonly folder: Folder; readonly name: string };
    try {
      parent = ensureParent(this.#root, path, (made) => this.#touch(made));
    } catch (error) {
      // A file or link of somebody else's stands in the way.
      if (['ENOTDIR', 'ELOOP', 'EEXIST'].includes(errnoOf(error) ?? '')) return false;
      throw error;
    }
    // A folder on another disk cannot be reached by a rename: its files are made ready beside.
    const isBeside = parent.folder.device() !== this.#temporary.device();
    const temporary = `${isBeside ? '.orchestrate-tmp-' : ''}${after.blob}-${randomBytes(4).toString('hex')}`;
    const staged = (isBeside ? parent.folder : this.#temporary).at(temporary);
    try {
      removeEmptyTree(parent.folder, parent.name);
      this.#stage(body, after.mode, staged, parent);
      const { is, file } = this.#comparison.compare(path);
      if (is === 'after') return true;
      if (is !== 'before') return false;
      return this.#place(staged, parent, file.kind === 'absent' || file.kind === 'blocked' ? 'new' : 'replace');
    } finally {
      fs.rmSync(staged, { force: true });
      this.#closeParent(parent.folder);
      this.#touch(path);
    }
  }

  /** Writes the whole file under a name that git and the person do not see. */
  #stage(body: Buffer, mode: EntryMode, at: string, parent: { readonly folder: Folder; readonly name: string }): void {
    if (mode === '120000') {
      fs.symlinkSync(body, at);
      return;
    }
    const old = parent.folder.find(parent.name);
    const fd = fs.openSync(at, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, mode === '100755' ? 0o777 : 0o666);
    try {
      for (let offset = 0; offset < body.length;) offset += fs.writeSync(fd, body, offset);
      if (old?.isFile() === true) fs.fchmodSync(fd, keptPermissions(old.mode, mode === '100755'));
      fs.fsyncSync(fd);
    } finally {
      fs.closeSync(fd);
    }
  }

  /** A new file gets its name by a link, which never replaces what appeared meanwhile. */
  #place(from: string, parent: { readonly folder: Folder; readonly name: string }, how: 'new' | 'replace'): boolean {
    const to = parent.folder.at(parent.name);
    if (how === 'replace') {
      fs.renameSync(from, to);
      return true;
    }
    try {
      fs.linkSync(from, to);
      return true;
    } catch (error) {
      const code = errnoOf(error);
      if (code === 'EEXIST') return false;
      if (code !== 'EPERM' && code !== 'ENOTSUP' && code !== 'EMLINK') throw error;
    }
    // A file system without hard links.
    if (parent.folder.find(parent.name) !== undefined) return false;
    fs.renameSync(from, to);
    return true;
  }

  #touch(path: string): void {
    const slash = path.lastIndexOf('/');
    this.#touched.add(slash < 0 ? '' : path.slice(0, slash));
  }

  #closeParent(folder: Folder): void {
    if (folder !== this.#root) folder.close();
  }
}

/** Read permission for others goes along with execution, as git and umask have it; what the person withdrew stays withdrawn. */
function keptPermissions(old: number, isExecutable: boolean): number {
  const plain = old & 0o666;
  return isExecutable ? plain | ((plain & 0o444) >> 2) : plain;
}

/** Takes away a folder that holds nothing but empty folders; anything else stays. */
function removeEmptyTree(folder: Folder, name: string): void {
  if (folder.find(name)?.isDirectory() !== true) return;
  const below = folder.folder(name);
  try {
    for (const inner of below.names()) removeEmptyTree(below, inner);
  } finally {
    below.close();
  }
  removeQuietly(folder, name);
}

/** Removes an empty folder; one that is not stays. */
export function removeQuietly(folder: Folder, name: string): void {
  try {
    fs.rmdirSync(folder.at(name));
  } catch (error) {
    if (errnoOf(error) === undefined) throw error;
  }
}
