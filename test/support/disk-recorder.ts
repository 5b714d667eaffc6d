import * as fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { join, resolve } from 'node:path';

import { FakeDisk, rootInode } from '../fakes/fake-disk.ts';

/** What a program did to the files below a folder, as steps of a disk that can fail. */
export interface Recording {
  readonly disk: FakeDisk;
  /** Puts a disk's files below a folder of this machine. */
  layOut(disk: FakeDisk, dir: string): void;
}

/**
 * Runs the work and records every call by which it changes files below `dir`. What is there at the start is safe. `onStep` is called
 * just before and just after each. `without`: calls that count as done and are not.
 */
export async function recordDisk(options: {
  readonly dir: string;
  readonly work: () => Promise<void>;
  readonly onStep: (nSteps: number) => void;
  readonly without?: 'sync-file' | 'sync-folder';
}): Promise<Recording> {
  const { dir, onStep, without } = options;
  const disk = new FakeDisk();
  const inodes = new Map<string, number>([[dir, rootInode]]);
  takeIn(disk, inodes, dir);
  disk.settle();

  const take = (op: Parameters<FakeDisk['do']>[0]): void => {
    if (op.kind === without) return;
    onStep(disk.log.length);
    disk.do(op);
    onStep(disk.log.length);
  };
  const changeable = process.getBuiltinModule('node:fs');
  const real = { ...changeable };
  const opened = new Map<number, { readonly path: string; data: Buffer }>();
  const placeOf = (given: fs.PathLike): string => {
    const match = /^\/proc\/self\/fd\/(\d+)\/(.*)$/.exec(String(given));
    return match === null
      ? resolve(String(given))
      : join(real.readlinkSync(`/proc/self/fd/${match[1]}`), match[2] ?? '');
  };
  const isUnder = (path: string): boolean => path === dir || path.startsWith(`${dir}/`);
  const split = (path: string): { dir: number; name: string } => {
    const [above, name] = [path.slice(0, path.lastIndexOf('/')), path.slice(path.lastIndexOf('/') + 1)];
    const inode = inodes.get(above);
    if (inode === undefined) throw new Error(`${above} is not on the recorded disk`);
    return { dir: inode, name };
  };
  const create = (path: string, what: 'file' | 'directory', mode: number): number => {
    const inode = disk.nextInode();
    inodes.set(path, inode);
    take({ kind: 'create', inode, what, mode });
    take({ kind: 'set', ...split(path), inode });
    return inode;
  };

  changeable.openSync = (given, flags, mode) => {
    const path = placeOf(given);
    const isNew = isUnder(path) && !real.existsSync(path);
    const fd = real.openSync(given, flags, mode);
    if (isUnder(path)) {
      opened.set(fd, { path, data: isNew ? Buffer.alloc(0) : Buffer.from('') });
      if (isNew) create(path, 'file', Number(mode ?? 0o666));
    }
    return fd;
  };
  changeable.closeSync = (fd) => {
    real.closeSync(fd);
    opened.delete(fd);
  };
  changeable.writeSync = ((fd: number, bytes: Buffer, offset: number = 0) => {
    const file = opened.get(fd);
    if (file === undefined) return real.writeSync(fd, bytes, offset);
    // In two parts, so that a failure may come between them.
    const length = offset === 0 ? Math.ceil(bytes.length / 2) : bytes.length - offset;
    const n = real.writeSync(fd, bytes, offset, length);
    file.data = Buffer.concat([file.data, bytes.subarray(offset, offset + n)]);
    take({ kind: 'write', inode: inodes.get(file.path) ?? 0, data: file.data });
    return n;
  }) as typeof fs.writeSync;
  changeable.fchmodSync = (fd, mode) => {
    real.fchmodSync(fd, mode);
    const file = opened.get(fd);
    if (file !== undefined) take({ kind: 'mode', inode: inodes.get(file.path) ?? 0, mode: Number(mode) });
  };
  changeable.fsyncSync = (fd) => {
    real.fsyncSync(fd);
    const inode = inodes.get(opened.get(fd)?.path ?? '');
    if (inode === undefined) return;
    const isFolder = disk.inodes.get(inode)?.kind === 'directory';
    take(isFolder ? { kind: 'sync-folder', dir: inode } : { kind: 'sync-file', inode });
  };
  changeable.mkdirSync = ((given: fs.PathLike, how?: fs.MakeDirectoryOptions) => {
    const path = placeOf(given);
    const isNew = isUnder(path) && !real.existsSync(path);
    const made = real.mkdirSync(given, how);
    if (isNew) create(path, 'directory', 0o755);
    return made;
  }) as typeof fs.mkdirSync;
  changeable.renameSync = (from, to) => {
    const [before, after] = [placeOf(from), placeOf(to)];
    real.renameSync(from, to);
    const inode = inodes.get(before);
    if (inode === undefined) return;
    const [source, target] = [split(before), split(after)];
    inodes.delete(before);
    inodes.set(after, inode);
    take({ kind: 'move', from: source.dir, fromName: source.name, ...target, inode });
  };
  changeable.rmSync = (given, how) => {
    const path = placeOf(given);
    const isThere = inodes.has(path) && real.existsSync(path);
    real.rmSync(given, how);
    if (isThere) take({ kind: 'unset', ...split(path) });
    if (isThere) inodes.delete(path);
  };
  syncBuiltinESMExports();
  try {
    await options.work();
  } finally {
    const { openSync, closeSync, writeSync, fchmodSync, fsyncSync, mkdirSync, renameSync, rmSync } = real;
    Object.assign(changeable, { openSync, closeSync, writeSync, fchmodSync, fsyncSync, mkdirSync, renameSync, rmSync });
    syncBuiltinESMExports();
  }
  return { disk, layOut };
}

function takeIn(disk: FakeDisk, inodes: Map<string, number>, dir: string): void {
  for (const entry of fs.readdirSync(dir, { withFileTypes: true })) {
    const path = join(dir, entry.name);
    const what = entry.isDirectory() ? 'directory' : 'file';
    const inode = disk.nextInode();
    inodes.set(path, inode);
    disk.do({ kind: 'create', inode, what, mode: what === 'file' ? 0o644 : 0o755 });
    if (what === 'file') disk.do({ kind: 'write', inode, data: fs.readFileSync(path) });
    disk.do({ kind: 'set', dir: inodes.get(dir) ?? 0, name: entry.name, inode });
    if (what === 'directory') takeIn(disk, inodes, path);
  }
}

function layOut(disk: FakeDisk, dir: string, id = rootInode): void {
  const inode = disk.inodes.get(id);
  if (inode?.kind !== 'directory') return;
  fs.mkdirSync(dir, { recursive: true });
  for (const [name, below] of inode.entries) {
    const found = disk.inodes.get(below);
    if (found?.kind === 'file') fs.writeFileSync(join(dir, name), found.data);
    else layOut(disk, join(dir, name), below);
  }
}
