import * as fs from 'node:fs';
import { setImmediate as breathe, setTimeout as delay } from 'node:timers/promises';

import type { GitTreeId } from '../../base/ids.ts';
import type { EntryMode } from '../../ports/git.ts';
import type { Folder } from './folder.ts';
import { errnoOf } from './git-failure.ts';
import { indexEntry, type IndexEntry } from './index-file.ts';
import { fileMode, folderMode, objectId, type RawEntry } from './object-format.ts';
import type { StatCache } from './stat-cache.ts';
import { readSteadyFile } from './steady-file.ts';
import type { StoreParts } from './store-parts.ts';
import { trashName, type Trash } from './trash.ts';
import { writeNewFiles, type FileToWrite } from './write-files.ts';

/** More new files than this are worth a pause that lets the clock tick, so that the next snapshot need not hash them. */
const manyFiles = 64;
const clockTickMs = 21;
const maxHoldMs = 10;

export interface SlotFiles {
  /** Index entries of all files of the tree, with the stat data of now. */
  readonly index: readonly IndexEntry[];
  readonly nWritten: number;
}

/**
 * Makes the folder hold exactly the files of the tree, `.git` at the top apart. Files that are right stay untouched and,
 * by the stat cache, unread; anything else is moved to the trash, edited files included.
 */
export async function bringToTree(
  parts: StoreParts,
  options: {
    readonly root: Folder;
    readonly tree: GitTreeId;
    readonly trash: Trash;
    readonly cache: StatCache;
    readonly keep: readonly string[];
  },
): Promise<SlotFiles> {
  const { root, tree, trash, cache } = options;
  // Read together first: the walk goes folder by folder.
  await parts.trees.objects(tree);
  const walk = new Walk(parts, trash, cache, options.keep);
  await walk.folder(root, '', tree);
  const written: { readonly file: FileToWrite; readonly stat: fs.Stats; readonly entry: IndexEntry }[] = [];
  await writeNewFiles({
    root,
    files: walk.missing,
    reader: parts.reader,
    durability: 'not synced',
    written: (file, stat, exact) => {
      const entry = indexEntry(file.path, file.mode, file.blob, exact);
      written.push({ file, stat, entry });
      walk.index.push(entry);
    },
  });
  if (written.length > manyFiles) await delay(clockTickMs);
  const nowMs = Date.now();
  for (const { file, stat, entry } of written) cache.put(file.path, stat, file.blob, nowMs, entry);
  cache.keepOnly(walk.present);
  cache.saveSoon();
  return { index: walk.index, nWritten: written.length };
}

class Walk {
  readonly index: IndexEntry[] = [];
  readonly missing: FileToWrite[] = [];
  readonly present = new Set<string>();
  readonly #parts: StoreParts;
  readonly #trash: Trash;
  readonly #cache: StatCache;
  readonly #keep: readonly string[];
  readonly #startedMs = Date.now();
  #sinceMs = performance.now();

  constructor(parts: StoreParts, trash: Trash, cache: StatCache, keep: readonly string[]) {
    this.#parts = parts;
    this.#trash = trash;
    this.#cache = cache;
    this.#keep = keep.map((path) => path.replace(/\/+$/, ''));
  }

  /** Goes through one folder that the tree has too. */
  async folder(folder: Folder, prefix: string, tree: string): Promise<void> {
    const expected = new Map((await this.#parts.trees.entries(tree)).map((entry) => [entry.name, entry]));
    for (const name of readableNames(folder)) {
      const known = typeof name === 'string' ? expected.get(name) : undefined;
      if (prefix === '' && name === '.git') continue;
      if (known === undefined) this.#leftover(folder, name, prefix);
    }
    for (const entry of expected.values()) {
      if (entry.mode === folderMode) await this.#subfolder(folder, entry, prefix);
      else this.#file(folder, entry, prefix);
      if (performance.now() - this.#sinceMs > maxHoldMs) {
        await breathe();
        this.#sinceMs = performance.now();
      }
    }
  }

  async #subfolder(folder: Folder, entry: RawEntry, prefix: string): Promise<void> {
    const path = prefix + entry.name;
    const stat = folder.find(entry.name);
    if (stat !== undefined && !stat.isDirectory()) this.#trash.take(folder, entry.name, path);
    if (stat?.isDirectory() !== true) {
      await this.#allMissing(`${path}/`, entry.id);
      return;
    }
    const below = openReadable(folder, entry.name);
    try {
      await this.folder(below, `${path}/`, entry.id);
    } finally {
      below.close();
    }
  }

  #file(folder: Folder, entry: RawEntry, prefix: string): void {
    const path = prefix + entry.name;
    const mode = fileMode(entry.mode) ?? '100644';
    this.present.add(path);
    const stat = folder.glance(entry.name) ?? folder.find(entry.name);
    if (stat !== undefined) {
      const right = this.#entryOfRight(folder, entry, path, mode, stat);
      if (right !== undefined) {
        this.index.push(right);
        return;
      }
      this.#trash.take(folder, entry.name, path);
    }
    this.missing.push({ path, mode, blob: entry.id });
  }

  /** Returns the index entry of a file that is as the tree has it. */
  #entryOfRight(
    folder: Folder,
    { name, id }: RawEntry,
    path: string,
    mode: EntryMode,
    stat: fs.Stats,
  ): IndexEntry | undefined {
    if (stat.isSymbolicLink() !== (mode === '120000')) return undefined;
    if (mode !== '120000' && (!stat.isFile() || ((stat.mode & 0o100) !== 0) !== (mode === '100755'))) return undefined;
    const cached = this.#cache.find(path, stat);
    if (cached !== undefined) {
      if (cached.blob !== id) return undefined;
      if (cached.entry !== undefined) return cached.entry;
    } else if (readContent(folder.at(name), mode, stat) !== id) {
      return undefined;
    }
    const exact = folder.exact(name, stat);
    if (exact === undefined) return undefined;
    const entry = indexEntry(path, mode, id, exact);
    this.#cache.put(path, stat, id, this.#startedMs, entry);
    return entry;
  }

  async #allMissing(prefix: string, tree: string): Promise<void> {
    for (const { path, mode, blob } of await this.#parts.trees.list(tree as GitTreeId)) {
      this.present.add(prefix + path);
      this.missing.push({ path: prefix + path, mode, blob });
    }
  }

  /** Moves away what the tree does not have, all but what is to be kept. */
  #leftover(folder: Folder, name: string | Buffer, prefix: string): void {
    const path = prefix + trashName(name);
    if (this.#keep.some((kept) => path === kept || path.startsWith(`${kept}/`))) return;
    const holdsKept = typeof name === 'string' && this.#keep.some((kept) => kept.startsWith(`${path}/`));
    if (!holdsKept || folder.find(name)?.isDirectory() !== true) {
      this.#trash.take(folder, name, path);
      return;
    }
    const below = openReadable(folder, name);
    try {
      for (const inner of readableNames(below)) this.#leftover(below, inner, `${path}/`);
    } finally {
      below.close();
    }
  }
}

/** Names as text, or as bytes where they are not UTF-8. */
function readableNames(folder: Folder): readonly (string | Buffer)[] {
  const names = folder.names();
  if (!names.some((name) => name.includes('\uFFFD'))) return names;
  return folder
    .nameBytes()
    .map((bytes) => (Buffer.from(bytes.toString('utf8')).equals(bytes) ? bytes.toString('utf8') : bytes));
}

/** A folder whose permissions an agent took away is given them back: the slot is ours. */
function openReadable(folder: Folder, name: string): Folder {
  const stat = folder.find(name);
  if (stat !== undefined && (stat.mode & 0o700) !== 0o700) fs.chmodSync(folder.at(name), (stat.mode & 0o777) | 0o700);
  return folder.folder(name);
}

/** Returns the blob that a file's bytes or a link's target make. What cannot be read counts as wrong: it goes to the trash. */
function readContent(at: string, mode: EntryMode, stat: fs.Stats): string | undefined {
  try {
    const bytes = mode === '120000' ? fs.readlinkSync(at, { encoding: 'buffer' }) : readSteadyFile(at, stat);
    return bytes === undefined ? undefined : objectId('blob', bytes);
  } catch (error) {
    if (['EACCES', 'EINVAL', 'ENOENT'].includes(errnoOf(error) ?? '')) return undefined;
    throw error;
  }
}
