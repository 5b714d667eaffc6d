import * as fs from 'node:fs';

import { Fault } from '../../base/fault.ts';
import type { EntryMode } from '../../ports/git.ts';
import { ensureParent, openParent } from './folder-paths.ts';
import type { Folder } from './folder.ts';
import type { ObjectReader } from './object-reader.ts';

const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW } = fs.constants;

export interface FileToWrite {
  readonly path: string;
  readonly mode: EntryMode;
  readonly blob: string;
}

/** Blobs asked for ahead of the one that is written. */
const nAhead = 48;

/**
 * Writes files that are not there yet below `root`, each created exclusively and never through a link. Folders are
 * made as needed. `written` is told the stat data of each file. With `durability: 'synced'` files and their folders
 * survive a power loss when it returns. The files come best sorted by path.
 */
export async function writeNewFiles(options: {
  readonly root: Folder;
  readonly files: readonly FileToWrite[];
  readonly reader: ObjectReader;
  readonly durability: 'synced' | 'not synced';
  readonly written?: (file: FileToWrite, stat: fs.Stats, exact: fs.BigIntStats) => void;
}): Promise<void> {
  const { root, files, reader } = options;
  const isSynced = options.durability === 'synced';
  const ahead: Promise<Buffer>[] = [];
  const ask = (index: number): void => {
    const file = files[index];
    if (file === undefined) return;
    const body = reader.require(file.blob, 'blob');
    // It is awaited later; until then a failure is not unhandled.
    body.catch(() => undefined);
    ahead.push(body);
  };
  for (let index = 0; index < nAhead; index++) ask(index);
  const parent = new OpenParent(root);
  try {
    for (const [index, file] of files.entries()) {
      const body = await (ahead.shift() as Promise<Buffer>);
      ask(index + nAhead);
      const at = parent.pathOf(file.path);
      if (file.mode === '120000') writeLink(at, body, file, options.written);
      else writeFile(at, body, file, isSynced, options.written);
    }
  } finally {
    parent.close();
  }
  if (isSynced) syncFolders(root, files);
}

function syncFolders(root: Folder, files: readonly FileToWrite[]): void {
  const dirs = new Set<string>();
  for (const { path } of files) {
    for (
      let slash = path.lastIndexOf('/');
      slash > 0 && !dirs.has(path.slice(0, slash));
      slash = path.lastIndexOf('/', slash - 1)
    )
      dirs.add(path.slice(0, slash));
  }
  for (const dir of dirs) {
    const below = openParent(root, `${dir}/`);
    if (!('folder' in below)) continue;
    below.folder.sync();
    below.folder.close();
  }
  root.sync();
}

type Written = ((file: FileToWrite, stat: fs.Stats, exact: fs.BigIntStats) => void) | undefined;

function writeFile(at: string, body: Buffer, file: FileToWrite, isSynced: boolean, written: Written): void {
  const fd = fs.openSync(at, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, file.mode === '100755' ? 0o777 : 0o666);
  try {
    for (let offset = 0; offset < body.length;) offset += fs.writeSync(fd, body, offset);
    if (isSynced) fs.fsyncSync(fd);
    written?.(file, fs.fstatSync(fd), fs.fstatSync(fd, { bigint: true }));
  } finally {
    fs.closeSync(fd);
  }
}

function writeLink(at: string, body: Buffer, file: FileToWrite, written: Written): void {
  if (body.includes(0))
    throw new Fault('GIT_FAILED', `The link ${file.path} has a target that no file system takes.`, {
      data: { path: file.path },
    });
  fs.symlinkSync(body, at);
  written?.(file, fs.lstatSync(at), fs.lstatSync(at, { bigint: true }));
}

/** Keeps the folder of the last file open: sorted files share theirs. */
class OpenParent {
  readonly #root: Folder;
  #dir = '';
  #folder: Folder | undefined;

  constructor(root: Folder) {
    this.#root = root;
  }

  pathOf(path: string): string {
    const slash = path.lastIndexOf('/');
    const dir = slash < 0 ? '' : path.slice(0, slash);
    if (dir !== this.#dir || this.#folder === undefined) {
      this.close();
      this.#folder = slash < 0 ? this.#root : ensureParent(this.#root, path).folder;
      this.#dir = dir;
    }
    return this.#folder.at(path.slice(slash + 1));
  }

  close(): void {
    const folder = this.#folder;
    this.#folder = undefined;
    if (folder !== undefined && folder !== this.#root) folder.close();
  }
}
