import { hash } from 'node:crypto';
import { posix } from 'node:path';

import { fileFault } from '../../src/adapters/files/file-fault.ts';
import type { Files } from '../../src/ports/files.ts';
import { FakeDisk, rootInode, type Inode } from './fake-disk.ts';

export interface FakeFiles extends Files {
  readonly disk: FakeDisk;
  /** Files as a power failure may leave them; see `FakeDisk.crashDisks`. */
  crashStates(): Generator<FakeFiles>;
  /** Lets the next `nSteps` steps succeed and every later one fail with the code; undefined heals the disk. */
  failAfter(nSteps: number | undefined, code?: string): void;
  /** Puts a file there, with its folders, and makes everything that is there safe from a power failure. */
  put(path: string, data: string | Uint8Array, mode?: number): void;
  /** Another program writes on at the end of the file. */
  append(path: string, data: string): void;
  /** What `freeBytes` answers. */
  free: number;
}

/** Files in memory with the steps that a real disk takes. Permissions are kept and not enforced. Times do not pass. */
export function createFakeFiles(disk: FakeDisk = new FakeDisk()): FakeFiles {
  const files: FakeFiles = {
    disk,
    free: 100 * 2 ** 30,
    *crashStates() {
      for (const crashed of disk.crashDisks()) yield createFakeFiles(crashed);
    },
    failAfter(nSteps, code = 'ENOSPC') {
      disk.failFrom = nSteps === undefined ? undefined : { at: disk.log.length + nSteps, code };
    },
    put(path, data, mode = 0o644) {
      makeFolders(posix.dirname(path), 0o755);
      const dir = folderOf(path);
      const inode = create('file', mode);
      disk.do({ kind: 'write', inode, data: Buffer.from(data) });
      disk.do({ kind: 'set', dir, name: posix.basename(path), inode });
      disk.settle();
    },
    append(path, data) {
      const { id, inode } = requireInode(path);
      if (inode.kind !== 'file') throw systemError('EISDIR');
      disk.do({ kind: 'write', inode: id, data: Buffer.concat([inode.data, Buffer.from(data)]) });
      disk.settle();
    },

    async readBytes(path) {
      return guard('read', path, () => {
        const found = find(path, true);
        if (found === undefined) return undefined;
        if (found.inode.kind !== 'file') throw systemError('EISDIR');
        return Buffer.from(found.inode.data);
      });
    },
    async readPart(path, { offset, maxBytes }) {
      return guard('read', path, () => {
        const found = find(path, false);
        if (found === undefined) return undefined;
        if (found.inode.kind !== 'file') throw systemError('ELOOP');
        const { data } = found.inode;
        const bytes = new Uint8Array(data.subarray(offset, offset + maxBytes));
        return { bytes, sizeBytes: data.length, fileId: String(found.id) };
      });
    },
    async readText(path) {
      const bytes = await files.readBytes(path);
      return bytes === undefined ? undefined : Buffer.from(bytes).toString('utf8');
    },
    async cutOff(path, to) {
      return guard('put away', path, () => {
        const found = find(path, false);
        if (found === undefined) return undefined;
        if (found.inode.kind !== 'file') throw systemError('ELOOP');
        const { data } = found.inode;
        const dir = folderOf(to);
        const copy = create('file', 0o600);
        disk.do({ kind: 'set', dir, name: posix.basename(to), inode: copy });
        try {
          disk.do({ kind: 'write', inode: copy, data });
          disk.do({ kind: 'sync-file', inode: copy });
          disk.do({ kind: 'sync-folder', dir });
        } catch (error) {
          const failure = disk.failFrom;
          disk.failFrom = undefined;
          disk.do({ kind: 'unset', dir, name: posix.basename(to) });
          disk.failFrom = failure;
          throw error;
        }
        disk.do({ kind: 'write', inode: found.id, data: Buffer.alloc(0) });
        return data.length;
      });
    },
    async writeAtomic(path, data, options) {
      guard('write', path, () => {
        const dir = folderOf(path);
        const name = posix.basename(path);
        const before = find(path, false)?.inode;
        if (before?.kind === 'directory') throw systemError('EISDIR');
        const inode = create('file', 0o600);
        const temporary = `.${inode}.tmp`;
        disk.do({ kind: 'set', dir, name: temporary, inode });
        try {
          disk.do({ kind: 'write', inode, data: Buffer.from(data) });
          disk.do({ kind: 'mode', inode, mode: options?.mode ?? (before?.kind === 'file' ? before.mode : 0o644) });
          disk.do({ kind: 'sync-file', inode });
          disk.do({ kind: 'move', from: dir, fromName: temporary, dir, name, inode });
        } catch (error) {
          // A full disk still takes a name away.
          const failure = disk.failFrom;
          disk.failFrom = undefined;
          disk.do({ kind: 'unset', dir, name: temporary });
          disk.failFrom = failure;
          throw error;
        }
        disk.do({ kind: 'sync-folder', dir });
      });
    },
    async info(path) {
      const inode = find(path, false)?.inode;
      if (inode === undefined) return undefined;
      return { kind: inode.kind, sizeBytes: sizeOf(inode), mode: inode.mode, mtimeMs: inode.mtimeMs };
    },
    async list(dir) {
      return guard('list', dir, () => {
        const inode = find(dir, true)?.inode;
        if (inode === undefined) return [];
        if (inode.kind !== 'directory') throw systemError('ENOTDIR');
        return [...inode.entries.keys()].sort();
      });
    },
    async ensureDir(dir, options) {
      guard('create the folder', dir, () => makeFolders(dir, options?.mode));
    },
    async rename(from, to) {
      guard(`move ${from} to`, to, () => {
        const moved = find(from, false);
        if (moved === undefined) throw systemError('ENOENT');
        const there = find(to, false)?.inode;
        if (there?.kind === 'directory' && moved.inode.kind !== 'directory') throw systemError('EISDIR');
        if (there?.kind === 'directory' && there.entries.size > 0) throw systemError('ENOTEMPTY');
        if (there !== undefined && there.kind !== 'directory' && moved.inode.kind === 'directory')
          throw systemError('ENOTDIR');
        const [source, dir] = [folderOf(from), folderOf(to)];
        disk.do({
          kind: 'move',
          from: source,
          fromName: posix.basename(from),
          dir,
          name: posix.basename(to),
          inode: moved.id,
        });
        disk.do({ kind: 'sync-folder', dir });
        if (source !== dir) disk.do({ kind: 'sync-folder', dir: source });
      });
    },
    async moveNew(from, to) {
      if (find(to, false) !== undefined) return 'taken';
      await this.rename(from, to);
      return 'moved';
    },
    async link(path, target) {
      guard('create the link', path, () => {
        const before = find(path, false)?.inode;
        if (before !== undefined && before.kind !== 'link') throw systemError('EEXIST');
        const dir = folderOf(path);
        disk.do({ kind: 'set', dir, name: posix.basename(path), inode: create('link', 0o777, target) });
        disk.do({ kind: 'sync-folder', dir });
      });
    },
    async readLink(path) {
      const inode = find(path, false)?.inode;
      return inode?.kind === 'link' ? inode.target : undefined;
    },
    async remove(path) {
      guard('remove', path, () => removeAll(path));
    },
    async copyTree(from, to, { synced = false } = {}) {
      guard(`copy ${from} to`, to, () => copyAll(from, to, synced));
      if (synced) guard('copy', to, () => disk.do({ kind: 'sync-folder', dir: folderOf(to) }));
    },
    async realPath(path) {
      return find(path, true)?.path;
    },
    freeBytes: () => Promise.resolve(files.free),
    async sizeBytes(path) {
      return below(path).reduce((sum, { inode }) => sum + (inode.kind === 'file' ? inode.data.length : 0), 0);
    },
    async setReadOnly(path, readOnly) {
      for (const { id, inode } of below(path)) {
        const mode = readOnly ? inode.mode & 0o555 : inode.mode | 0o200;
        if (inode.kind !== 'link' && mode !== inode.mode) disk.do({ kind: 'mode', inode: id, mode });
      }
    },
    async tally(dir, { maxEntries }) {
      const entries = below(dir).filter(({ name }) => name !== '');
      const all = entries.slice(0, maxEntries).filter(({ inode }) => inode.kind !== 'directory');
      all.sort((a, b) => (a.name < b.name ? -1 : 1));
      const lines = all.map(({ name, inode }) => `${name} ${sizeOf(inode)} ${inode.mtimeMs}\n`);
      const stats = all.map(({ id, inode }, index) => `${lines[index]} ${id} ${inode.mode}\n`);
      return {
        nFiles: all.length,
        sizeBytes: all.reduce((sum, { inode }) => sum + sizeOf(inode), 0),
        newestMs: Math.max(0, ...all.map(({ inode }) => inode.mtimeMs)),
        digest: hash('sha256', lines.join('')),
        statDigest: hash('sha256', stats.join('')),
        isCut: entries.length > maxEntries,
      };
    },
    async manifest(dir, options) {
      const all = below(dir, options?.skip).filter(({ inode, name }) => inode.kind !== 'directory' && name !== '');
      all.sort((a, b) => (a.name < b.name ? -1 : 1));
      const lines = all.map(({ name, inode }) => `${contentOf(inode)} ${inode.mode.toString(8)} ${name}`);
      const sizeBytes = all.reduce((sum, { inode }) => sum + (inode.kind === 'file' ? inode.data.length : 0), 0);
      return {
        digest: hash('sha256', lines.map((line) => `${line}\n`).join('')),
        nFiles: lines.length,
        sizeBytes,
        lines,
      };
    },
  };
  return files;

  interface Found {
    readonly id: number;
    readonly inode: Inode;
    readonly path: string;
  }

  /** Follows links on the way, and at the end of the path when `follow` says so. */
  function find(path: string, follow: boolean, depth = 0): Found | undefined {
    if (!path.startsWith('/')) throw new Error(`not an absolute path: ${path}`);
    if (depth > 40) throw systemError('ELOOP');
    let found: Found = { id: rootInode, inode: requireRoot(), path: '/' };
    const names = posix
      .normalize(path)
      .split('/')
      .filter((name) => name !== '');
    for (const [at, name] of names.entries()) {
      if (found.inode.kind !== 'directory') return undefined;
      const id = found.inode.entries.get(name);
      const inode = id === undefined ? undefined : disk.inodes.get(id);
      if (id === undefined || inode === undefined) return undefined;
      const here = posix.join(found.path, name);
      const isLast = at === names.length - 1;
      if (inode.kind !== 'link' || (isLast && !follow)) {
        found = { id, inode, path: here };
        continue;
      }
      const next = find(posix.resolve(found.path, inode.target), true, depth + 1);
      if (next === undefined) return undefined;
      found = next;
    }
    return found;
  }

  function requireRoot(): Inode {
    const root = disk.inodes.get(rootInode);
    if (root === undefined) throw new Error('a disk without a root');
    return root;
  }

  function requireInode(path: string): Found {
    const found = find(path, true);
    if (found === undefined) throw systemError('ENOENT');
    return found;
  }

  function folderOf(path: string): number {
    const { id, inode } = requireInode(posix.dirname(path));
    if (inode.kind !== 'directory') throw systemError('ENOTDIR');
    return id;
  }

  function create(what: 'file' | 'directory' | 'link', mode: number, target?: string): number {
    const inode = disk.nextInode();
    disk.do({ kind: 'create', inode, what, mode, ...(target === undefined ? {} : { target }) });
    return inode;
  }

  function makeFolders(dir: string, mode: number | undefined): void {
    const there = find(dir, true);
    if (there !== undefined) {
      if (there.inode.kind !== 'directory') throw systemError('EEXIST');
      return;
    }
    const parent = posix.dirname(dir);
    makeFolders(parent, undefined);
    const parentId = folderOf(dir);
    disk.do({ kind: 'set', dir: parentId, name: posix.basename(dir), inode: create('directory', mode ?? 0o755) });
    disk.do({ kind: 'sync-folder', dir: parentId });
  }

  function removeAll(path: string): void {
    const found = find(path, false);
    if (found === undefined) return;
    if (found.inode.kind === 'directory')
      for (const name of [...found.inode.entries.keys()]) removeAll(posix.join(path, name));
    disk.do({ kind: 'unset', dir: folderOf(path), name: posix.basename(path) });
  }

  function copyAll(from: string, to: string, synced: boolean): void {
    const found = find(from, false);
    if (found === undefined) throw systemError('ENOENT');
    const { inode } = found;
    const dir = folderOf(to);
    if (inode.kind === 'directory') {
      const there = find(to, false)?.inode;
      if (there !== undefined && there.kind !== 'directory') throw systemError('EEXIST');
      if (there === undefined)
        disk.do({ kind: 'set', dir, name: posix.basename(to), inode: create('directory', inode.mode) });
      for (const name of inode.entries.keys()) copyAll(posix.join(from, name), posix.join(to, name), synced);
      const copied = find(to, false);
      if (synced && copied !== undefined) disk.do({ kind: 'sync-folder', dir: copied.id });
      return;
    }
    if (find(to, false)?.inode.kind === 'directory') throw systemError('EISDIR');
    const copy = inode.kind === 'file' ? create('file', inode.mode) : create('link', inode.mode, inode.target);
    disk.do({ kind: 'set', dir, name: posix.basename(to), inode: copy });
    if (inode.kind === 'file') disk.do({ kind: 'write', inode: copy, data: inode.data });
    if (inode.kind === 'file' && synced) disk.do({ kind: 'sync-file', inode: copy });
  }

  function below(path: string, skip?: (name: string) => boolean): (Found & { readonly name: string })[] {
    const start = find(path, false);
    if (start === undefined) return [];
    const all: (Found & { readonly name: string })[] = [];
    const visit = (found: Found, name: string): void => {
      if (name !== '' && skip?.(name) === true) return;
      all.push({ ...found, name });
      if (found.inode.kind !== 'directory') return;
      for (const [child, id] of found.inode.entries) {
        const inode = disk.inodes.get(id);
        if (inode !== undefined)
          visit({ id, inode, path: posix.join(found.path, child) }, name === '' ? child : `${name}/${child}`);
      }
    };
    visit(start, '');
    return all;
  }
}

function sizeOf(inode: Inode): number {
  if (inode.kind === 'file') return inode.data.length;
  return inode.kind === 'link' ? inode.target.length : 4096;
}

function contentOf(inode: Inode): string {
  return inode.kind === 'link' ? `->${inode.target}` : hash('sha256', inode.kind === 'file' ? inode.data : '');
}

function systemError(code: string): Error {
  return Object.assign(new Error(code), { code, syscall: 'fake' });
}

function guard<T>(doing: string, path: string, step: () => T): T {
  try {
    return step();
  } catch (error) {
    throw fileFault(error, doing, path);
  }
}
