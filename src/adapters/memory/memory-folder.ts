import { randomBytes } from 'node:crypto';
import * as fs from 'node:fs';

import { Fault } from '../../base/fault.ts';
import { maxMemoryBytes } from '../../domain/memory/content.ts';
import { ensureParent, openParent } from '../git/folder-paths.ts';
import { Folder } from '../git/folder.ts';
import { Pace } from './pace.ts';

const { O_RDONLY, O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW, O_NONBLOCK } = fs.constants;

/** What lies at the path of a key. `blocked`: something that is no plain file, at `path` or on the way. */
export type FoundFile =
  | { readonly kind: 'absent' }
  | { readonly kind: 'blocked'; readonly path: string; readonly what: string }
  | {
      readonly kind: 'file';
      /** One byte more than an entry may have, at most. */
      readonly bytes: Uint8Array;
      readonly sizeBytes: number;
      readonly mtimeMs: number;
      readonly mark: string;
    };

/** A new content, whole and synced under a name of its own. */
export interface StagedFile {
  /**
   * Gives it its name, durably, and returns its mark; null, and nothing done, when the file there is no longer the one with this mark
   * (null: none): somebody saved it meanwhile.
   */
  place(before: string | null): string | null;
  /** Takes it away when it was not placed. */
  end(): void;
}

/** What a look over the folder shows: plain files with their marks, all else by its kind. */
export interface FolderEntry {
  readonly path: string;
  readonly mark: string | null;
  readonly what: string;
}

/** Entries that are looked at: more than the goal of 100,000, and few enough to end. */
const maxEntries = 500_000;

/** The memory folder. Nothing in it is followed: a link in a path is in the way, as a pipe or a folder is. */
export class MemoryFolder {
  readonly dir: string;

  constructor(dir: string) {
    this.dir = dir;
  }

  isThere(): boolean {
    return fs.lstatSync(this.dir, { throwIfNoEntry: false }) !== undefined;
  }

  read(key: string): FoundFile {
    return this.#inParent(key, (folder, name) => {
      const seen = folder.find(name);
      if (seen === undefined) return { kind: 'absent' };
      if (!seen.isFile()) return { kind: 'blocked', path: key, what: kindOf(seen) };
      return readOpened(folder.at(name), key);
    });
  }

  /** Makes a content ready, with the folders that it needs. Fault: `MEMORY_BLOCKED`. */
  stage(key: string, bytes: Uint8Array): StagedFile {
    fs.mkdirSync(this.dir, { recursive: true });
    const root = Folder.open(this.dir);
    const made: string[] = [];
    try {
      const { folder, name } = openedParent(root, key, made);
      try {
        for (const path of made) syncParent(root, path);
        const temporary = `${temporaryStart}${randomBytes(8).toString('hex')}${temporaryEnd}`;
        writeSynced(folder.at(temporary), bytes, folder.find(name)?.mode);
        return stagedFile({ root, folder, name, temporary });
      } catch (error) {
        if (folder !== root) folder.close();
        throw error;
      }
    } catch (error) {
      root.close();
      throw error;
    }
  }

  /** Takes a file away, durably, unless a mark is given and it has another one by now. A repeat is safe. */
  remove(path: string, mark?: string | null): void {
    const found = this.#inParent(path, (folder, name) => {
      if (mark !== undefined && markAt(folder, name) !== mark) return { kind: 'absent' };
      fs.rmSync(folder.at(name), { force: true });
      folder.sync();
      return { kind: 'absent' };
    });
    if (found.kind === 'blocked') throw blockedFault(path, `${found.path} is ${found.what}`);
  }

  /** Looks at everything below, reading no file. A name that is no text is given as bytes of Latin 1. */
  async look(): Promise<readonly FolderEntry[]> {
    const entries: FolderEntry[] = [];
    if (!this.isThere()) return entries;
    const pace = new Pace();
    const visit = async (folder: Folder, prefix: string): Promise<void> => {
      for (const bytes of folder.nameBytes()) {
        if (entries.length >= maxEntries) return;
        if (pace.isOver) await pace.rest();
        const stat = fs.lstatSync(folder.atBytes(bytes), { bigint: true, throwIfNoEntry: false });
        if (stat === undefined) continue;
        const name = bytes.equals(Buffer.from(bytes.toString())) ? bytes.toString() : bytes.toString('latin1');
        const path = `${prefix}${name}`;
        const below = stat.isDirectory() ? openBelow(folder, name) : undefined;
        if (below === undefined) {
          entries.push({ path, mark: stat.isFile() ? markOf(stat) : null, what: kindOf(stat) });
          continue;
        }
        try {
          await visit(below, `${path}/`);
        } finally {
          below.close();
        }
      }
    };
    const root = Folder.open(this.dir);
    try {
      await visit(root, '');
    } finally {
      root.close();
    }
    return entries;
  }

  #inParent(key: string, act: (folder: Folder, name: string) => FoundFile): FoundFile {
    let root: Folder;
    try {
      root = Folder.open(this.dir);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { kind: 'absent' };
      throw error;
    }
    try {
      const parent = openParent(root, key);
      if ('missing' in parent) return { kind: 'absent' };
      if ('blocked' in parent) return { kind: 'blocked', path: parent.blocked, what: 'no folder' };
      try {
        return act(parent.folder, parent.name);
      } finally {
        if (parent.folder !== root) parent.folder.close();
      }
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'EACCES' || code === 'EPERM') return { kind: 'blocked', path: key, what: 'not readable' };
      throw error;
    } finally {
      root.close();
    }
  }
}

const temporaryStart = '.orchestrate-';
const temporaryEnd = '.tmp';

/** Tells a file that a write of ours left when it was killed. */
export function isLeftBehind(path: string): boolean {
  const name = path.slice(path.lastIndexOf('/') + 1);
  return name.startsWith(temporaryStart) && name.endsWith(temporaryEnd);
}

function openedParent(root: Folder, key: string, made: string[]): { folder: Folder; name: string } {
  try {
    return ensureParent(root, key, (path) => made.push(path));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ENOTDIR' && code !== 'ELOOP' && code !== 'EEXIST') throw error;
    throw blockedFault(key, 'a part of its path is no folder');
  }
}

/** The fault for a key at whose path something else lies. */
export function blockedFault(key: string, why: string): Fault {
  return new Fault('MEMORY_BLOCKED', `${key} cannot be written: ${why}.`, {
    state: 'Nothing was changed.',
    hints: ['Move away what lies there, then repeat the command.'],
    data: { key },
  });
}

function stagedFile(parts: { root: Folder; folder: Folder; name: string; temporary: string }): StagedFile {
  const { root, folder, name, temporary } = parts;
  let isPlaced = false;
  return {
    place(before) {
      if (markAt(folder, name) !== before) return null;
      fs.renameSync(folder.at(temporary), folder.at(name));
      isPlaced = true;
      folder.sync();
      return markOf(fs.lstatSync(folder.at(name), { bigint: true }));
    },
    end() {
      try {
        if (!isPlaced) fs.rmSync(folder.at(temporary), { force: true });
      } finally {
        if (folder !== root) folder.close();
        root.close();
      }
    },
  };
}

function writeSynced(path: string, bytes: Uint8Array, oldMode: number | undefined): void {
  const fd = fs.openSync(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600);
  try {
    for (let offset = 0; offset < bytes.length;) offset += fs.writeSync(fd, bytes, offset);
    fs.fchmodSync(fd, oldMode === undefined ? 0o644 : oldMode & 0o777);
    fs.fsyncSync(fd);
  } catch (error) {
    fs.rmSync(path, { force: true });
    throw error;
  } finally {
    fs.closeSync(fd);
  }
}

function syncParent(root: Folder, path: string): void {
  const parent = openParent(root, path);
  if (!('folder' in parent)) return;
  parent.folder.sync();
  if (parent.folder !== root) parent.folder.close();
}

function readOpened(path: string, key: string): FoundFile {
  let fd: number;
  try {
    fd = fs.openSync(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return { kind: 'absent' };
    if (code === 'ELOOP' || code === 'ENXIO') return { kind: 'blocked', path: key, what: 'a link or pipe' };
    throw error;
  }
  try {
    const stat = fs.fstatSync(fd, { bigint: true });
    if (!stat.isFile()) return { kind: 'blocked', path: key, what: kindOf(stat) };
    const buffer = Buffer.alloc(Math.min(Number(stat.size), maxMemoryBytes + 1));
    let length = 0;
    for (let n = -1; n !== 0 && length < buffer.length; length += n)
      n = fs.readSync(fd, buffer, length, buffer.length - length, length);
    const sizeBytes = Number(stat.size);
    return {
      kind: 'file',
      bytes: buffer.subarray(0, length),
      sizeBytes,
      mtimeMs: Number(stat.mtimeMs),
      mark: markOf(stat),
    };
  } finally {
    fs.closeSync(fd);
  }
}

function openBelow(folder: Folder, name: string): Folder | undefined {
  try {
    return folder.folder(name);
  } catch {
    return undefined; // It was replaced by something else a moment ago, or has a name that is no text.
  }
}

function markAt(folder: Folder, name: string): string | null {
  const stat = fs.lstatSync(folder.at(name), { bigint: true, throwIfNoEntry: false });
  return stat === undefined ? null : markOf(stat);
}

/** What moves whenever a file could have changed. */
function markOf(stat: fs.BigIntStats): string {
  return `${stat.dev}:${stat.ino}:${stat.size}:${stat.mtimeNs}:${stat.ctimeNs}`;
}

function kindOf(stat: fs.Stats | fs.BigIntStats): string {
  if (stat.isFile()) return 'a file';
  if (stat.isDirectory()) return 'a folder';
  if (stat.isSymbolicLink()) return 'a link';
  return stat.isFIFO() ? 'a pipe' : 'a device or socket';
}
